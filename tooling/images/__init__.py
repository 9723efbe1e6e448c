"""Images as an operator handles them: sent, fetched, listed, inspected."""
