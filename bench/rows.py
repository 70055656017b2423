"""How many bytes a row of each table takes with its indexes, on both engines, in a made-up registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, text

from bench.generate_metadata import PAYLOAD, Size, engine_of, fill
from entrepot.meta.schema import migrate

SIZE = Size(images=20_000, repositories=1_000, blobs=100_000)
PAYLOAD_SIZE = len(PAYLOAD)
TABLES = ("repositories", "images", "manifests", "image_tags", "image_blobs", "blobs", "repository_blobs")

_SQLITE = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name = :table"
_POSTGRES = "SELECT pg_total_relation_size(CAST(:table AS regclass))"


def row_sizes(database: str | Path) -> Mapping[str, float]:
    """Bytes a row by table, measured in a new database (an empty PostgreSQL one's URL, or the path of a new file)."""
    engine = engine_of(str(database))
    migrate(engine)
    with engine.begin() as connection:
        fill(connection, SIZE)
    with engine.connect() as connection:
        sizes = {table: _bytes_a_row(connection, table) for table in TABLES}
    engine.dispose()
    return sizes


def _bytes_a_row(connection: Connection, table: str) -> float:
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    taken = connection.execute(text(query), {"table": table}).scalar_one()
    rows = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - one of our tables
    return taken / rows
