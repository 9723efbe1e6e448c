"""Dead letters: why messages failed, and sending them again."""
