"""What a running server writes: JSON lines of one form, whoever says them, and nothing that is secret."""

from __future__ import annotations

import socket
from collections.abc import Callable

from tests.server.running import Running, eventually

Launch = Callable[..., Running]

REAPED_TWICE = "Killing worker-1 after it refused to gracefully stop"
"""Two threads of Granian wait for the same worker: whichever comes second may take one that has ended for one that
lives. One that really refuses is waited for longer than `Running.end` has patience."""


def test_every_line_is_json_with_time_and_level(launch: Launch) -> None:
    server = launch().ready()
    server.get("/ordinary")
    server.get("/broken")
    assert server.end() == 0
    assert all({"event", "level", "timestamp"} <= set(line) for line in server.lines)
    assert any(line.get("path") == "/ordinary" for line in server.lines)


def test_the_servers_own_errors_take_the_same_form(launch: Launch) -> None:
    server = launch().ready()
    assert server.get("/broken")[0] == 500
    assert eventually(lambda: "broken on purpose" in server.log)
    errors = [line for line in server.lines if line["level"] == "error"]
    assert errors[0]["logger"].startswith("_granian")


def test_a_client_that_hangs_up_is_not_worth_a_line(launch: Launch) -> None:
    server = launch().ready()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
    assert eventually(lambda: "all sent" in server.log)
    assert server.end() == 0
    assert {line["event"] for line in server.lines} - {REAPED_TWICE} == {"request", "all sent"}


def test_secrets_do_not_reach_the_log(launch: Launch) -> None:
    server = launch().ready()
    assert "not for the log" not in server.log
    assert any(line.get("token") == "********" for line in server.lines)
