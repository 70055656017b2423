"""The test suite. Helpers that every part of it shares are in `tests.support`."""
