"""Pre-signed URLs and forms."""
