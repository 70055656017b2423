"""Quotas, what counts against them, and rates of requests."""
