"""The bucket: objects, their versions, and orphaned originals."""
