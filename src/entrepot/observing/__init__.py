"""Metrics and traces at the four seams: the door, the service, SQL and the store of bytes."""
