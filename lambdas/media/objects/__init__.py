"""The bucket: objects, their versions, and originals without a row."""
