"""Reads formats, dimensions and metadata from bytes, without a decoder."""
