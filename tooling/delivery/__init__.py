"""Releases brought to environments: deployed, promoted, rolled back, destroyed."""
