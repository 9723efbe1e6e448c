"""The purger: removes what has been in the trash long enough."""
