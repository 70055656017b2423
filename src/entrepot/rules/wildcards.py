"""Patterns in which `*` stands for any run of characters, none included."""

from __future__ import annotations

from collections.abc import Sequence


def matches(pattern: str, text: str) -> bool:
    """Whether all of `text` fits `pattern`; case counts, and every character but `*` stands for itself."""
    return fits(pattern.split("*"), text)


def fits(pieces: Sequence[str], text: str) -> bool:
    """Whether `text` is all of `pieces` in order, with anything in between: it begins and ends with the outer ones.

    Each piece is taken where it first occurs, which can only leave more room for the next: nothing is ever tried twice.
    One piece alone is the whole text; there has to be one.
    """
    first, *rest = pieces
    if not rest:
        return text == first
    *middle, last = rest
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return False
    position = len(first)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
