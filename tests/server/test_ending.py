"""How a server ends: in order, by force, and with a worker that dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.server.running import Running, alive, eventually

Launch = Callable[..., Running]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_request_in_flight_finish(launch: Launch, number: int) -> None:
    server = launch().ready()
    connection = server.connection()
    connection.putrequest("POST", "/upload")
    connection.putheader("Content-Length", "10")
    connection.endheaders(b"01234")
    assert eventually(lambda: '"path":"/upload"' in server.log)
    os.kill(server.process.pid, number)
    assert eventually(lambda: not server.listens())
    assert server.process.poll() is None
    connection.send(b"56789")
    assert connection.getresponse().read().endswith(b" 10")
    connection.close()
    assert server.process.wait(20) == 0


def test_an_idle_connection_does_not_hold_the_server_up(launch: Launch) -> None:
    server = launch().ready()
    connection = server.connection()
    connection.request("GET", "/")
    connection.getresponse().read()
    assert server.end() == 0
    connection.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_do_not_outlive_a_killed_server(launch: Launch, method: str) -> None:
    server = launch(workers=2, method=method).ready()
    workers = set[int]()
    assert eventually(lambda: workers.add(server.worker()) or len(workers) == 2)
    server.end(signal.SIGKILL)
    assert eventually(lambda: not any(alive(pid) for pid in workers))
    assert launch(port=server.port).ready().port == server.port


def test_a_worker_that_dies_is_replaced(launch: Launch) -> None:
    server = launch().ready()
    first = server.worker()
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: not alive(first))
    server.ready()
    assert server.worker() != first
    assert server.end() == 0


def test_workers_that_cannot_start_end_the_server(launch: Launch) -> None:
    server = launch().ready()
    folder = server.folder
    (folder / "fail").touch()
    os.kill(server.worker(), signal.SIGKILL)
    assert server.process.wait(20) == 1
    failures = [line for line in server.lines if line["event"] == "worker cannot start"]
    assert "no start on purpose" in failures[0]["exception"]
