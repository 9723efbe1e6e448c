"""What must be true before a release is brought anywhere."""
