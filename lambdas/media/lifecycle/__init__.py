"""The life of an image, from its announcement to its purge."""
