"""Blobs at rest: the sealed form, and the stores it is kept in."""
