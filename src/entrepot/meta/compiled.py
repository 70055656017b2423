"""Queries that are compiled once for each engine and run on the driver itself.

SQLAlchemy takes some ten times as long over a small query as SQLite does to answer it. What is read for nearly every
request goes this way; everything else is better off with SQLAlchemy's rows, types and events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.engine import Dialect

from entrepot.observing.tracing import CURRENT

Row = tuple[Any, ...]
Parameters = Mapping[str, object] | Sequence[object]


class Compiled:
    """A query whose parameters are all named (bindparam), and whose columns the drivers return as they are."""

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._texts: dict[str, tuple[str, Sequence[str] | None]] = {}

    def first(self, connection: Connection, values: Mapping[str, object]) -> Row | None:
        """The first row of the answer, None for none."""
        if CURRENT.get():  # a traced statement is SQLAlchemy's to run, which tells of it
            row = connection.execute(self._query, values).first()
            return None if row is None else tuple(row)
        return self.first_of_each(connection, (values,))[0]

    def first_of_each(self, connection: Connection, many: Iterable[Mapping[str, object]]) -> list[Row | None]:
        """Runs the query once for each set of parameters; the first row of each, None where there is none."""
        text, positions = self._texts.get(connection.dialect.name) or self._compile(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            found: list[Row | None] = []
            for values in many:
                parameters: Parameters = values if positions is None else [values[name] for name in positions]
                cursor.execute(text, parameters)
                found.append(cursor.fetchone())
            return found
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
        compiled = self._query.compile(dialect=dialect)
        names: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._texts[dialect.name] = found = (str(compiled), names)
        return found
