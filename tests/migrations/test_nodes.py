"""Several nodes on one database: who migrates, and who may not work on what a newer release made of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, insert, text, update

from entrepot.errors import StorageUnavailable
from entrepot.meta import schema
from entrepot.meta.schema import HEAD, OLDEST_RELEASE, current_revision, migrate, require_schema
from entrepot.meta.tables import accounts, schema_info
from tests.faults.commands import refused_start
from tests.migrations.engines import Empty

NODES = 6


def test_nodes_that_start_at_once_on_an_empty_database(database: Empty) -> None:
    barrier = Barrier(NODES)

    def start() -> str | None:
        engine = database.engine()
        barrier.wait()
        migrate(engine)
        return current_revision(engine)

    with ThreadPoolExecutor(NODES) as threads:
        assert [each.result() for each in [threads.submit(start) for _ in range(NODES)]] == [HEAD] * NODES
    with database.engine().begin() as connection:
        connection.execute(insert(accounts), {"account_id": "1", "created_at": 1})
        assert connection.execute(text("SELECT count(*) FROM schema_info")).scalar_one() == 1


def newer(database: Empty, oldest: str) -> None:
    """What a release of the future leaves behind."""
    engine = database.engine()
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(update(schema_info).where(schema_info.c.name == OLDEST_RELEASE).values(value=oldest))


def test_an_older_node_refuses_what_it_would_spoil(database: Empty) -> None:
    newer(database, "0.10.0")
    for check in (migrate, require_schema):
        with pytest.raises(StorageUnavailable, match=r"needs release 0\.10\.0 or later; this is 0\.9\.3"):
            check(database.engine(), "0.9.3")
    assert current_revision(database.engine()) == "9999"


def test_a_newer_node_that_migrates_while_an_older_one_waits(database: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = schema._upgrade  # pyright: ignore[reportPrivateUsage]

    def late(connection: Connection) -> None:
        monkeypatch.undo()
        newer(database, "0.10.0")
        upgrade(connection)

    monkeypatch.setattr(schema, "_upgrade", late)
    with pytest.raises(StorageUnavailable, match=r"needs release 0\.10\.0"):
        migrate(database.engine(), "0.9.3")


@pytest.mark.parametrize("release", ["0.9.0", "0.9.3", "0.10.0", "1.0.0rc1"])
def test_an_older_node_works_beside_newer_ones_that_it_does_not_harm(database: Empty, release: str) -> None:
    newer(database, "0.9.0")
    migrate(database.engine(), release)
    require_schema(database.engine(), release)
    assert current_revision(database.engine()) == "9999"


def test_a_server_says_so_and_ends(tmp_path: Path, database: Empty) -> None:
    newer(database, "99.0.0")
    data = tmp_path if not database.url else tmp_path / "data"
    if database.url:
        data.mkdir()
        (data / "entrepot.toml").write_text(f'database = "{database.url}"\n')
    else:
        (data / "master.key").write_bytes(bytes(32))
    refusal = refused_start(data)
    assert (refusal.code, refusal.output) == (1, "")
    (line,) = refusal.lines
    assert "needs release 99.0.0 or later" in line
    assert line.endswith("Upgrade this node.")
