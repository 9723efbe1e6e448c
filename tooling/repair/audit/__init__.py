"""The audit: objects and rows compared in one pass whose memory doesn't grow with their number.

Rows come in no order of use, so they are sorted on disk first; objects come sorted by S3. Both are
then read side by side. What differs is looked at once more as of now before anything is said of it.
"""
