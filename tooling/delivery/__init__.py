"""Changing what runs in an environment: deploy, promote, roll back, destroy."""
