"""Queries that are compiled once for each engine, and run as text.

SQLAlchemy takes some ten times as long over a small query as SQLite does to answer it, most of it to find out what it
compiled before and how to make rows of what the driver returns. What is read for nearly every request goes this way;
everything else is better off with SQLAlchemy's rows and types. Its errors, and its events, are the same either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect

Row = tuple[Any, ...]


class Compiled:
    """A query whose parameters are all named (bindparam), and whose columns the drivers return as they are."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._texts: dict[str, tuple[str, Sequence[str] | None]] = {}

    def first(self, connection: Connection, values: Mapping[str, object]) -> Row | None:
        """The first row of the answer, None for none."""
        text, positions = self._texts.get(connection.dialect.name) or self._compile(connection.dialect)
        given = dict(values) if positions is None else tuple(values[name] for name in positions)
        cursor = connection.exec_driver_sql(text, given).cursor
        # The driver's own row: whatever else there is goes with its cursor.
        return None if cursor is None else cursor.fetchone()

    def first_of_each(self, connection: Connection, many: Iterable[Mapping[str, object]]) -> list[Row | None]:
        """Runs the query once for each set of parameters; the first row of each, None where there is none."""
        return [self.first(connection, values) for values in many]

    def _compile(self, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
        compiled = self._query.compile(dialect=dialect)
        names: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._texts[dialect.name] = found = (str(compiled), names)
        return found
