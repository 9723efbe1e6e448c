"""The users of an environment, and signing in as one."""
