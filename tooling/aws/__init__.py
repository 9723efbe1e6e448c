"""Reaching the AWS of an environment, and its buckets and keys."""
