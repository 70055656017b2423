"""Measurements that are run by hand. What they found is in `docs/`."""
