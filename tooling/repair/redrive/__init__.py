"""Dead letters: why they are there, and sending them again."""
