"""Text as every engine keeps and sorts it alike: any characters, ordered by their bytes in UTF-8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

# PostgreSQL takes every character but U+0000. So the two lowest are written as two each, which keeps the order.
_NUL, _ESCAPE = "\0", "\1"


def escaped(text: str | None) -> str | None:
    """Text without U+0000, in the same order as before."""
    if text is None or (_NUL not in text and _ESCAPE not in text):
        return text
    return text.replace(_ESCAPE, "\1\2").replace(_NUL, "\1\1")


def unescaped(text: str | None) -> str | None:
    """The inverse of `escaped`."""
    if text is None or _ESCAPE not in text:
        return text
    return text.replace("\1\1", _NUL).replace("\1\2", _ESCAPE)


class Bytewise(TypeDecorator[str]):
    """Text of any length, or of at most `length` characters. Collation C on PostgreSQL, BINARY on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type."""
        kind = String if self.length else Text
        return kind(self.length, collation=None if dialect.name == "sqlite" else "C")

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any] | None:
        """What parameters pass through, if anything."""
        return None if dialect.name == "sqlite" else escaped

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], str | None] | None:  # noqa: ARG002
        """What values pass through, if anything."""
        return None if dialect.name == "sqlite" else unescaped
