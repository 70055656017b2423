"""`entrepot doctor`."""

from __future__ import annotations

import argparse

HELP = "x"


def flags(parser: argparse.ArgumentParser) -> None:
    """X."""


def run(arguments: argparse.Namespace) -> None:
    """X."""
