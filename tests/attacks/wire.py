"""Bytes sent by hand: requests that no HTTP library would send."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.server import Server

SECONDS = 20.0
_STATUS = re.compile(rb"(?:^|\r\n\r\n|\}|\])HTTP/1\.[01] (\d{3}) ")


def basic(password: str) -> str:
    """The header line that logs in."""
    return "Authorization: Basic " + base64.b64encode(f"AWS:{password}".encode()).decode() + "\r\n"


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    """A connection to the server."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection:
        yield connection


def everything(connection: socket.socket) -> bytes:
    """What the server sends until it closes the connection; AssertionError where it does not in time."""
    received = bytearray()
    try:
        while chunk := connection.recv(1 << 16):
            received += chunk
    except ConnectionResetError:
        pass
    except TimeoutError as error:
        raise AssertionError(f"still open after {SECONDS} s: {bytes(received[:500])!r}") from error
    return bytes(received)


def exchange(server: Server, *requests: bytes | str, end: bool = False) -> bytes:
    """Sends bytes on a new connection and returns all that comes back. `end` half-closes behind them."""
    with connected(server) as connection:
        # The server may have hung up already, over what it has seen.
        with suppress(OSError):
            for request in requests:
                connection.sendall(request.encode("latin-1") if isinstance(request, str) else request)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def statuses(answers: bytes) -> list[int]:
    """The status of each response in what came back."""
    return [int(status) for status in _STATUS.findall(answers)]


def body_of(answer: bytes) -> bytes:
    """What follows the head of a response."""
    return answer.partition(b"\r\n\r\n")[2]


def header_of(answer: bytes, name: str) -> str | None:
    """A header of the first response."""
    for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.strip().lower() == name.encode():
            return value.strip().decode("latin-1")
    return None
