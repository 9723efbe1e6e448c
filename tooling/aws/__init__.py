"""The AWS that an environment lives on, with its clients and buckets."""
