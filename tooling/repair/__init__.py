"""Bringing an environment back to what it should be; all work on images goes through the queue."""
