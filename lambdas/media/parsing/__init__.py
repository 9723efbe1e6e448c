"""What the bytes of a file say, read without a decoder."""
