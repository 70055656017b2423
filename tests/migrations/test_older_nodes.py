"""What nodes of an older release write goes on working on the newest schema: a rolling upgrade relies on it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import Engine, inspect

from entrepot.meta import schema as schema_module
from entrepot.meta.schema import HEAD, migrate
from tests.migrations.engines import Empty
from tests.migrations.test_forward import RELEASED

Column = tuple[str, str]


def columns(engine: Engine) -> dict[Column, bool]:
    """Every column by table and name, and whether an INSERT may leave it out."""
    seen, found = inspect(engine), dict[Column, bool]()
    for table in seen.get_table_names():
        key = seen.get_pk_constraint(table)["constrained_columns"]
        for column in seen.get_columns(table):
            serial = key == [column["name"]] and column.get("autoincrement") is not False
            found[table, column["name"]] = column["nullable"] or column["default"] is not None or serial
    return found


def at_each_revision(database: Empty, monkeypatch: pytest.MonkeyPatch) -> list[dict[Column, bool]]:
    schemas: list[dict[Column, bool]] = []
    for revision in (*RELEASED, HEAD):
        monkeypatch.setattr(schema_module, "HEAD", revision)
        migrate(database.engine())
        schemas.append(columns(database.engine()))
    return schemas


def test_a_column_that_comes_later_can_be_left_out(database: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    for before, after in pairwise(at_each_revision(database, monkeypatch)):
        tables = {table for table, _ in before}
        needed = [column for column in after.keys() - before.keys() if column[0] in tables and not after[column]]
        assert needed == []


def test_no_column_goes_or_becomes_needed(database: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    for before, after in pairwise(at_each_revision(database, monkeypatch)):
        assert before.keys() <= after.keys()
        assert [column for column, optional in before.items() if optional and not after[column]] == []
