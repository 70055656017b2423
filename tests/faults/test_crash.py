"""A server that is killed a hundred times while clients push, and loses nothing that it acknowledged.

Every process of it gets SIGKILL at a random moment; then it is started again on the same folder. The seed of each
round is printed; CRASH_SEED repeats a run as far as timing lets it.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot import app as composition
from entrepot.services.sweeping import sweep
from entrepot.settings_sources import from_flags
from tests.faults.ledger import Ledger
from tests.faults.pusher import Pusher
from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.stored import Stored

KILLS = 100
CLIENTS = 4
LONGEST_ROUND = 0.6
MOST_SECONDS = 900


@pytest.mark.slow
@pytest.mark.timeout(MOST_SECONDS)
def test_a_hundred_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is killed cannot report its coverage, and starts faster without.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    seed = int(os.environ.get("CRASH_SEED") or random.randrange(1 << 32))
    data, ledgers = tmp_path / "data", [Ledger(f"crash-{client}") for client in range(CLIENTS)]
    for number in range(KILLS):
        server = start_server(data, workers=1 + number % 2)
        try:
            play_round(server, ledgers, f"{seed} {number}", first=number == 0)
        finally:
            server.kill_hard()
    server = start_server(data)
    compare(server, ledgers, everything=True)
    assert server.terminate() == 0
    print(f"{KILLS} kills, {sum(ledger.acknowledged for ledger in ledgers)} requests acknowledged")  # noqa: T201
    asyncio.run(nothing_is_left_behind(data, sum(len(ledger.uploads) for ledger in ledgers)))


def play_round(server: Server, ledgers: list[Ledger], seed: str, *, first: bool) -> None:
    """Compares a fresh server with what its predecessor acknowledged, then pushes until it is killed."""
    print(f"round {seed}, port {server.port}")  # noqa: T201
    if first:
        for ledger in ledgers:
            server.create_repository(ledger.repository)
    compare(server, ledgers, everything=False)
    oci = Oci(server.url, server.password(), seconds=30)
    timer = threading.Timer(random.Random(seed).uniform(0.0, LONGEST_ROUND), server.kill_hard)
    with ThreadPoolExecutor(CLIENTS) as threads:
        playing = [threads.submit(Pusher(oci, each, f"{seed} {each.repository}").run) for each in ledgers]
        timer.start()
        for client in playing:
            client.result()
    timer.join()


def compare(server: Server, ledgers: list[Ledger], *, everything: bool) -> None:
    """What was acknowledged is there, and what was not is there as a whole or not at all."""
    oci = Oci(server.url, server.password())

    def one(ledger: Ledger) -> None:
        ledger.settle(oci)
        ledger.check(oci, everything=everything)

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(one, ledgers))


async def nothing_is_left_behind(data: Path, open_uploads: int) -> None:
    """Sweeps with the clock turned on: objects that no row names go after an hour, uploads after a day.

    The locks of those that were killed go at the next start after a minute.
    """
    stored, (settings, _) = Stored(data), from_flags({"data": str(data)}, {})
    for lock in (data / "blobs" / "locks").iterdir():
        os.utime(lock, (0, 0))
    async with composition.opened(settings) as app:
        await sweep(replace(app, clock=lambda: composition.utc_now() + timedelta(hours=2)))
        assert len(stored.upload_objects()) >= open_uploads
        staged = {name.partition("-")[0] for name in stored.objects()}
        assert stored.blob_objects() <= staged <= stored.blob_objects() | stored.upload_objects()
        await sweep(replace(app, clock=lambda: composition.utc_now() + timedelta(days=2)))
        assert stored.upload_objects() == set()
        assert stored.objects().keys() == stored.blob_objects()
        assert list((data / "blobs" / "locks").iterdir()) == []
        assert stored.rows("PRAGMA integrity_check") == ["ok"]
        assert stored.rows("PRAGMA foreign_key_check") == []
