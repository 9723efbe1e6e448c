"""The record of what ran where, and the lease to change it."""
