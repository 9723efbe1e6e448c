"""What was brought where, by whom, and who may change it now."""
