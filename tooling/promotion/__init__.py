"""Brings a release from environment to environment, and back."""
