"""The embedded AWS: its launcher, and what starts and stops it."""
