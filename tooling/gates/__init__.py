"""Gates: the conditions for rolling a release out."""
