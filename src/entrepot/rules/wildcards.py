"""Patterns in which `*` stands for any run of characters, none included."""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether all of `text` fits `pattern`; case counts, and every character but `*` stands for itself.

    Each piece between wildcards is taken where it first occurs, which can only leave more room for the next:
    nothing is ever tried twice.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
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
