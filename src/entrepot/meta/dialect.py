"""The few statements that the engines spell differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_ignore(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts a row unless one with a clashing key is there; says whether it inserted."""
    return connection.execute(_insert(connection, table).on_conflict_do_nothing(), row).rowcount == 1


def insert_or_update(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], value: str) -> None:
    """Inserts rows; where the primary key is taken, sets the column `value` of that row instead."""
    statement = _insert(connection, table)
    update = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={value: statement.excluded[value]}
    )
    connection.execute(update, list(rows))
