"""The HTTP API, which announces, lists, serves and trashes images."""
