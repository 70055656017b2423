"""Where the statements of a policy stand in its text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; the first character is in line 1, column 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """From the first character of a statement to the one after its last."""

    start: Position
    end: Position


def statement_spans(document: str) -> list[Span]:
    """The spans of the statements of a policy that has been parsed without an error, in order."""
    return [Span(_position(document, start), _position(document, end)) for start, end in _statements(document)]


def _statements(text: str) -> Iterator[tuple[int, int]]:
    at = _skip(text, 0) + 1  # after the brace
    while text[at := _skip(text, at)] != "}":
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == "Statement":
            yield from _elements(text, at)
        _, at = _DECODER.raw_decode(text, at)
        at = _after_comma(text, at)


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    if text[at] != "[":
        yield at, _DECODER.raw_decode(text, at)[1]
        return
    at += 1
    while text[at := _skip(text, at)] != "]":
        end = _DECODER.raw_decode(text, at)[1]
        yield at, end
        at = _after_comma(text, end)


def _after_comma(text: str, at: int) -> int:
    at = _skip(text, at)
    return at + 1 if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _position(text: str, at: int) -> Position:
    line_start = text.rfind("\n", 0, at) + 1
    return Position(text.count("\n", 0, at) + 1, at - line_start + 1)
