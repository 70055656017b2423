"""No step of the collection reads a table from end to end on SQLite, where a write keeps others waiting meanwhile.

PostgreSQL chooses by the tables' sizes: the lists that are looked up here are of single columns, which it answers by
the same indexes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from entrepot.meta import gc_batches, gc_forgotten, gc_reviews
from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import sqlite_engine

COUNT = 100
LAYERS = [(number % 7, f"sha256:{number}") for number in range(COUNT)]
ROWS = f"""
INSERT INTO accounts VALUES ('123456789012', 1);
INSERT INTO data_keys (id, scope, generation, wrapped, created_at) VALUES (1, 'registry', 0, x'00', 1);
WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < {COUNT})
  INSERT INTO repositories (id, account_id, region, name, created_at, tag_mutability, exclusion_filters)
    SELECT i, '123456789012', 'us-east-1', 'r' || i, 1, 'MUTABLE', '[]' FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < {COUNT})
  INSERT INTO blobs (id, data_key_id, digest, size, object_id, created_at) SELECT i, 1, 'd' || i, 1, i, 1 FROM n;
INSERT INTO repository_blobs SELECT id, digest, id, 1 FROM blobs;
INSERT INTO layer_reviews SELECT repository_id, digest, 1 FROM repository_blobs
"""  # noqa: S608 - of constants

STEPS: dict[str, Callable[[Connection], object]] = {
    "layers": lambda c: gc_batches.release_layers(c, 5, COUNT),
    "blobs": lambda c: (gc_batches.release_layers(c, 5, COUNT), gc_batches.delete_blobs(c, 5, 9, COUNT)),
    "objects": lambda c: (
        gc_batches.release_layers(c, 5, COUNT),
        gc_batches.delete_blobs(c, 5, 9, COUNT),
        gc_batches.objects_deleted(c, gc_batches.claim_objects(c, 9, COUNT), 9),
    ),
    "forgotten layers": lambda c: gc_forgotten.forgotten_layers(c, (1, ""), COUNT),
    "forgotten blobs": lambda c: gc_forgotten.forgotten_blobs(c, 1, COUNT),
    "dangling": lambda c: gc_forgotten.dangling_layers(c, (1, "", 0), COUNT),
    "queueing": lambda c: gc_forgotten.review_forgotten_layers(c, LAYERS, 1),
    "an image": lambda c: gc_reviews.review_layers_of_image(c, 1, 1),
    "a repository": lambda c: gc_reviews.review_blobs_of_repository(c, 1, 1),
    "postponing": lambda c: gc_reviews.postpone_layers(c, 1, ["d1"], 1),
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    engine = sqlite_engine(tmp_path_factory.mktemp("plans") / "plans.db", writes=True)
    migrate(engine)
    with engine.connect() as opened:
        for statement in ROWS.split(";"):
            opened.exec_driver_sql(statement)
        yield opened
    engine.dispose()


@pytest.mark.parametrize("step", STEPS)
def test_by_index(connection: Connection, step: str) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001
        sent.append((statement, parameters[0] if many else parameters))

    event.listen(connection, "before_cursor_execute", note)
    with connection.begin_nested() as undone:
        STEPS[step](connection)
        undone.rollback()
    event.remove(connection, "before_cursor_execute", note)
    assert sent
    for statement, parameters in (each for each in sent if "SAVEPOINT" not in each[0]):
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert not [line for line in plan if line.startswith("SCAN") and "subquery" not in line], (statement, plan)
