"""The AWS that an environment lives on: how it is reached, its buckets and keys."""
