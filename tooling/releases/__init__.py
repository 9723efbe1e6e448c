"""Releases: what they are made of, where they come from, how they differ."""
