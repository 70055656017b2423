"""Many clients at once, through several workers."""
