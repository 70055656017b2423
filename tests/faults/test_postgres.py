"""PostgreSQL goes away and comes back, and connections to it break: nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Connection, text

from entrepot.context import Registry
from entrepot.errors import StorageUnavailable
from entrepot.meta import registry_settings
from entrepot.meta.postgres import PostgresDatabase
from tests.conftest import StartServer
from tests.faults.ledger import Ledger
from tests.faults.pusher import Pusher
from tests.support.oci import Oci
from tests.support.postgres import Cluster
from tests.support.server import Server

HOME = Registry("123456789012", "us-east-1")
CLIENTS = 3
ROUNDS = ("fast", "immediate")


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    """A PostgreSQL that nobody else relies on."""
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture
def database(own: Cluster) -> Iterator[str]:
    """The URL of a database of its own."""
    yield own.fresh()
    own.start_again()


def increment(connection: Connection) -> int:
    now = int(registry_settings.find_setting(connection, HOME, "sum") or "0") + 1
    registry_settings.put_setting(connection, HOME, "sum", str(now))
    return now


def play(url: str, work: Callable[[PostgresDatabase], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        db = PostgresDatabase(url, **options)
        try:
            await work(db)
        finally:
            db.close()

    asyncio.run(run())


def test_concurrent_increments_all_land(database: str) -> None:
    async def work(db: PostgresDatabase) -> None:
        other = PostgresDatabase(database, 3)
        numbers = await asyncio.gather(*((db, other)[each % 2].write(increment) for each in range(150)))
        assert sorted(numbers) == list(range(1, 151))
        other.close()

    play(database, work, patience=60)


@pytest.mark.parametrize("mode", ROUNDS)
def test_a_restart_is_waited_for(database: str, own: Cluster, mode: str) -> None:
    async def work(db: PostgresDatabase) -> None:
        await asyncio.gather(*(db.write(increment) for _ in range(10)))
        own.stop(mode)
        waiting = [asyncio.create_task(db.write(increment)) for _ in range(5)]
        reading = asyncio.create_task(db.read(registry_settings.find_setting, HOME, "sum"))
        while db.repeats < 3:  # noqa: ASYNC110 - what is waited for happens in threads
            await asyncio.sleep(0)
        own.start()
        assert sorted(await asyncio.gather(*waiting)) == [11, 12, 13, 14, 15]
        assert 10 <= int(await reading or "0") <= 15

    play(database, work, patience=60)


def test_one_that_stays_away_is_told(database: str, own: Cluster) -> None:
    async def work(db: PostgresDatabase) -> None:
        await db.write(increment)
        own.stop()
        with pytest.raises(StorageUnavailable):
            await db.write(increment)
        with pytest.raises(StorageUnavailable):
            await db.read(registry_settings.find_setting, HOME, "sum")
        own.start()
        assert await db.write(increment) == 2

    play(database, work, patience=0.3)


def test_a_connection_that_is_cut_in_a_transaction_is_made_anew(database: str) -> None:
    cut: list[int] = []

    def cut_once(connection: Connection) -> int:
        """Loses its connection in the middle of its first run."""
        number = increment(connection)
        if not cut:
            cut.append(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return number

    async def work(db: PostgresDatabase) -> None:
        assert await db.write(cut_once) == 1
        assert await db.read(registry_settings.find_setting, HOME, "sum") == "1"

    play(database, work)
    assert cut


def test_a_commit_whose_answer_is_lost_is_not_repeated(database: str, own: Cluster) -> None:
    """Nobody knows whether it happened: the caller is told so, and it happened once or not at all."""
    runs: list[int] = []

    def cut_before_commit(connection: Connection) -> None:
        runs.append(increment(connection))
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        own.execute(sql.SQL("SELECT pg_terminate_backend({}, 5000)").format(sql.Literal(backend)))

    async def work(db: PostgresDatabase) -> None:
        with pytest.raises(StorageUnavailable, match="before it could confirm"):
            await db.write(cut_before_commit)
        assert await db.write(increment) == 1

    play(database, work)
    assert runs == [1]


@pytest.mark.parametrize("mode", ROUNDS)
def test_pushes_go_on_over_a_restart(start: StartServer, own: Cluster, tmp_path: Path, mode: str) -> None:
    server = start_on(start, own, tmp_path)
    ledgers = [Ledger(f"restart-{client}") for client in range(CLIENTS)]
    for ledger in ledgers:
        server.create_repository(ledger.repository)
    oci, over = Oci(server.url, server.password(), seconds=60), threading.Event()

    def push(ledger: Ledger) -> list[int]:
        """Pushes until told to end; a request that failed cleanly is looked into before the next."""
        statuses: list[int] = []
        seed = 0
        while not over.is_set():
            seed += 1
            try:
                assert Pusher(oci, ledger, f"{mode} {seed} {ledger.repository}").run(over.is_set)
            except AssertionError as error:
                if "503" not in str(error):
                    raise
                statuses.append(503)
                settle(oci, ledger)
        return statuses

    with ThreadPoolExecutor(CLIENTS) as threads:
        playing = [threads.submit(push, ledger) for ledger in ledgers]
        try:
            for _ in range(2):
                acknowledge_some(ledgers)
                own.stop(mode)
                own.start()
            acknowledge_some(ledgers)
        finally:
            over.set()
        for each in playing:
            each.result()
    for ledger in ledgers:
        ledger.settle(oci)
        ledger.check(oci, everything=True)
    assert not [line for line in server.log.read_text().splitlines() if '"level":"error"' in line]


def start_on(start: StartServer, own: Cluster, tmp_path: Path) -> Server:
    data = tmp_path / "data"
    data.mkdir()
    (data / "entrepot.toml").write_text(f'database = "{own.fresh()}"\n')
    return start(data, workers=2)


def acknowledge_some(ledgers: list[Ledger]) -> None:
    """Waits until every client has got a few answers more."""
    wanted = [ledger.acknowledged + 5 for ledger in ledgers]
    deadline = threading.Event()
    for ledger, least in zip(ledgers, wanted, strict=True):
        for _ in range(3000):
            if ledger.acknowledged >= least:
                break
            deadline.wait(0.01)
        else:
            pytest.fail("no progress")


def settle(oci: Oci, ledger: Ledger) -> None:
    """Finds out what became of the request that was refused, as soon as that can be found out."""
    for _ in range(20):
        try:
            ledger.settle(oci)
        except AssertionError as error:
            if "503" not in str(error):
                raise
        else:
            return
