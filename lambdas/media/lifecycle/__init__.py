"""An image's way from its announcement to its purge."""
