"""The HTTP API: images announced, listed, served and thrown away."""
