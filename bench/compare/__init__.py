"""Entrepot and other registries side by side: on one machine, in one run, in turns."""
