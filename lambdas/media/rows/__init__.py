"""The table of images: its items, updates and indexes."""
