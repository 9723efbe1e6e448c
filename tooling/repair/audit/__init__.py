"""The audit: compares objects and rows in one pass, in constant memory.

Rows arrive unsorted and are sorted on disk first; S3 lists objects in order. Both are then read
side by side. Every difference is checked again before it is reported.
"""
