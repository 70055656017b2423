"""What the engines do differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

BATCH = 10_000


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_ignore(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts a row unless one with a clashing key is there; says whether it inserted."""
    statement = _insert(connection, table).on_conflict_do_nothing()
    # Of an INSERT, SQLAlchemy forgets the count otherwise where the driver forgets it with its cursor (psycopg).
    return connection.execute(statement, row, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_or_update(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], value: str) -> None:
    """Inserts rows; where the primary key is taken, sets the column `value` of that row instead."""
    statement = _insert(connection, table)
    update = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={value: statement.excluded[value]}
    )
    connection.execute(update, list(rows))


def in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces of a long list that an IN takes on every engine: SQLite allows 32,766 variables a statement."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    replace: Sequence[str] = (),
    add: Sequence[str] = (),
) -> None:
    """Inserts rows; where the primary key is taken, sets the columns `replace` anew and adds to the columns `add`."""
    if not rows:
        return
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in replace}
    changed |= {name: table.c[name] + statement.excluded[name] for name in add}
    update = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changed)
    connection.execute(update, list(rows))


def upsert_selected(
    connection: Connection, table: Table, query: Select[*tuple[Any, ...]], replace: Sequence[str]
) -> int:
    """As `upsert`, with the rows that `query` gives, in the order of the table's columns; returns how many.

    `query` needs a WHERE: without one SQLite takes ON CONFLICT for a part of the SELECT.
    """
    statement = _insert(connection, table).from_select(list(table.c), query)
    changed = {name: statement.excluded[name] for name in replace}
    update = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changed)
    return connection.execute(update, execution_options={"preserve_rowcount": True}).rowcount
