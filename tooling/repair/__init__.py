"""Repairing an environment; all work on images goes through the queue."""
