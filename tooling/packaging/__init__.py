"""Builds the functions' zips, the same bytes every time."""
