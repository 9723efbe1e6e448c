"""Working with images: upload, download, list, trash, inspect."""
