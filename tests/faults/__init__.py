"""Servers that are killed, disks that are full, keys that are lost."""
