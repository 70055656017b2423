"""The hottest queries find what they look for by an index, on both engines: none reads a large table from end to end.

On a data set a fraction of the real one's size, large enough for PostgreSQL's planner to find a scan dear; with
PLANS_SIZE=full, as in CI, PostgreSQL is given the whole (two minutes, 1.5 GB). SQLite plans without regard to sizes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, PrimaryKeyConstraint, UniqueConstraint, event

from bench.generate_metadata import Size, fill
from bench.hot_queries import PAGE, queries
from entrepot.meta.postgres import postgres_engine
from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import sqlite_engine
from entrepot.meta.tables import metadata
from tests.support.postgres import cluster

SMALL = Size(images=10_000, repositories=1_500, blobs=30_000)
FULL = Size(images=100_000, repositories=10_000, blobs=1_000_000)
SIZES = {"sqlite": SMALL, "postgresql": FULL if os.environ.get("PLANS_SIZE") == "full" else SMALL}
QUERIES = {engine: queries(size) for engine, size in SIZES.items()}
NAMES = list(QUERIES["sqlite"])
LARGE = {"images", "manifests", "image_tags", "image_blobs", "blobs", "repository_blobs", "uploads", "repositories"}
LARGE |= {"access_keys"}
# A page, what is passed over to make it (untagged images are one in ten), and as much again.
MOST_ROWS = 25 * PAGE

Statement = tuple[str, Any]

pytestmark = pytest.mark.timeout(1200)  # of which the whole data set takes most


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from filled(sqlite_engine(tmp_path_factory.mktemp("plans") / "plans.db", writes=True))


@pytest.fixture(scope="module")
def on_postgres() -> Iterator[Engine]:
    yield from filled(postgres_engine(cluster().url(cluster().create())))


def filled(engine: Engine) -> Iterator[Engine]:
    migrate(engine)
    with engine.begin() as connection:
        fill(connection, SIZES[engine.dialect.name])
    yield engine
    engine.dispose()


def statements(connection: Connection, name: str) -> list[Statement]:
    """What a query sends to its engine."""
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001
        if "SAVEPOINT" not in statement:
            sent.append((statement, parameters[0] if many else parameters))

    event.listen(connection, "before_cursor_execute", note)
    with connection.begin_nested() as changes:
        QUERIES[connection.dialect.name][name](connection)
        changes.rollback()
    event.remove(connection, "before_cursor_execute", note)
    assert sent
    return sent


@pytest.mark.parametrize("name", NAMES)
def test_on_sqlite(on_sqlite: Engine, name: str) -> None:
    with on_sqlite.connect() as connection, connection.begin() as transaction:
        for statement, parameters in statements(connection, name):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            # "anon_1" is what a subquery has found by itself.
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and not row[3].startswith("SCAN anon_")]
            assert not scans, (statement, plan)
        transaction.rollback()


@pytest.mark.parametrize("name", NAMES)
def test_on_postgres(on_postgres: Engine, name: str) -> None:
    with on_postgres.connect() as connection, connection.begin() as transaction:
        for statement, parameters in statements(connection, name):
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            found = connection.exec_driver_sql(explain, parameters).scalar_one()
            (plan,) = found if isinstance(found, list) else json.loads(found)
            for node in nodes(plan["Plan"]):
                assert not (node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE), (statement, node)
                assert looked_at(node) <= MOST_ROWS, (statement, node)
            # Foreign keys: `test_every_foreign_key_has_an_index...` holds how they are looked up.
            assert {trigger["Trigger Name"].partition("_")[0] for trigger in plan["Triggers"]} <= {"RI"}
        transaction.rollback()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def looked_at(node: dict[str, Any]) -> float:
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return rows * node["Actual Loops"]


def test_every_foreign_key_has_an_index_to_find_what_refers_to_a_row() -> None:
    """Without one, deleting a row reads the whole table that refers to it."""
    unindexed: set[str] = set()
    for table in metadata.tables.values():
        unique = [each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
        keys = [*table.indexes, *unique]
        leading = {next(iter(key.columns)).name for key in keys}
        names = {key.parent.name for key in table.foreign_keys}
        unindexed |= {f"{table.name}.{name}" for name in names - leading}
    # Data keys are never deleted.
    assert unindexed == {"access_keys.data_key_id", "uploads.data_key_id"}


def test_the_made_up_data_hangs_together(on_postgres: Engine) -> None:
    made = QUERIES["postgresql"]
    with on_postgres.connect() as connection:
        assert made["image by tag"](connection)
        assert len(made["layers of a manifest"](connection)) == 5
        assert len(made["page of untagged image ids"](connection)) == PAGE
        assert len(made["referrers"](connection)) == 1
