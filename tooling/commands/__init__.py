"""The operator's commands: each opens what it needs, calls the module that does it, prints."""
