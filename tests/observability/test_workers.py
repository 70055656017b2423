"""Figures of a server with several workers, some of which die."""

from __future__ import annotations

import http.client
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tests.conftest import StartServer
from tests.observability.scrape import Point, scrape, total, until
from tests.support.oci import Oci
from tests.support.processes import tree
from tests.support.server import Server

T = TypeVar("T")

REQUESTS = "entrepot_request_duration_seconds_count"


def counters(points: list[Point]) -> dict[tuple[str, ...], float]:
    rising = (each for each in points if each.kind in {"counter", "histogram"})
    return {(each.name, *each.labels.values()): each.value for each in rising}


def patiently(ask: Callable[[], T]) -> T:
    """Asks again where the kernel had given the connection to a worker that was killed."""
    for _ in range(20):
        with suppress(OSError, http.client.HTTPException):
            return ask()
    return ask()


def assert_nothing_went_down(before: list[Point], after: list[Point]) -> None:
    known = counters(after)
    for key, value in counters(before).items():
        assert known[key] >= value, key


def workers_of(server: Server) -> list[int]:
    """Processes that hold the lock by which the others see that they live."""
    found: list[int] = []
    for pid in tree(server.program.pid)[1:]:
        files = [each.readlink().name for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
        found += [pid] if any(each.endswith(".alive") for each in files) else []
    return found


def folders_of(server: Server) -> set[Path]:
    """The folders that the server holds the lock of."""
    files = {each.readlink() for each in Path(f"/proc/{server.program.pid}/fd").iterdir() if each.is_symlink()}
    return {each.parent for each in files if each.name == "server" and each.parent.name.startswith("entrepot-")}


def test_no_counter_goes_down_when_a_worker_is_killed(start: StartServer) -> None:
    server = start(workers=3)
    oci = Oci(server.url)
    before = until(server.url, lambda found: total(found, "entrepot_workers") == 3)
    for turn in range(60):
        patiently(lambda: oci.request("GET", "/v2/").expect(401))
        if turn == 20:
            os.kill(workers_of(server)[0], signal.SIGKILL)
        after = patiently(lambda: scrape(server.url))
        assert_nothing_went_down(before, after)
        before = after
    again = until(
        server.url,
        lambda found: total(found, "entrepot_workers") == 3 and total(found, "entrepot_requests_in_flight") == 1,
    )
    assert_nothing_went_down(before, again)
    # Of the killed one at most what it had counted within the last two seconds is lost.
    assert total(again, REQUESTS, operation="ping.get") > 20


def test_the_shared_folder_ends_with_the_server(start: StartServer) -> None:
    server = start(workers=2)
    (folder,) = folders_of(server)
    until(server.url, lambda found: total(found, "entrepot_workers") == 2)
    assert server.terminate() == 0
    assert not folder.exists()


def test_what_a_killed_server_left_goes_with_the_next_start(start: StartServer) -> None:
    server = start()
    (folder,) = folders_of(server)
    server.kill_hard()
    assert folder.exists()
    start(server.data)
    assert not folder.exists()
