"""Text as every engine keeps and sorts it alike: any characters, ordered by their bytes in UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.sql.type_api import (
        _BindProcessorType,  # pyright: ignore[reportPrivateUsage] - the names of its own signatures
        _ResultProcessorType,  # pyright: ignore[reportPrivateUsage]
    )

# PostgreSQL takes every character but U+0000. So the two lowest are written as two each, which keeps the order.
_NUL, _ESCAPE = "\0", "\1"


def escaped(value: str | None) -> str | None:
    """Text without U+0000, in the same order as before."""
    if value is None or (_NUL not in value and _ESCAPE not in value):
        return value
    return value.replace(_ESCAPE, "\1\2").replace(_NUL, "\1\1")


def unescaped(value: str | None) -> str | None:
    """The inverse of `escaped`."""
    if value is None or _ESCAPE not in value:
        return value
    return value.replace("\1\1", _NUL).replace("\1\2", _ESCAPE)


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

    def bind_processor(self, dialect: Dialect) -> _BindProcessorType[str] | None:
        """What parameters pass through, if anything."""
        return None if dialect.name == "sqlite" else escaped

    def result_processor(self, dialect: Dialect, coltype: object) -> _ResultProcessorType[str] | None:  # noqa: ARG002
        """What values pass through, if anything."""
        return None if dialect.name == "sqlite" else unescaped
