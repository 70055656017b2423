"""Readers on slow lines: each costs the server a few MiB, however long it takes and however large the layer is."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from tests.conftest import StartServer
from tests.support.images import random_bytes
from tests.support.oci import Oci
from tests.support.processes import tree
from tests.support.server import Server

MEBIBYTE = 1 << 20
READERS = 24
EACH = 4 * MEBIBYTE  # measured: 2, what is held once for all of them included; with whole frames queued 10


def slow_line(oci: Oci, path: str) -> socket.socket:
    """A connection on which something was asked for, with a small window, so that the kernel holds little of it."""
    connection = oci.connect()
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    line.connect((connection.host, connection.port))
    connection.sock = line
    connection.request("GET", path, headers=oci.authorization())
    return line


def busiest(server: Server) -> int:
    """Bytes that were resident in the worker at most."""
    return server.peak_rss()[tree(server.program.pid)[1]]


def test_slow_readers_take_a_fixed_amount_of_memory(start: StartServer) -> None:
    server = start()
    server.create_repository("slow")
    oci = Oci(server.url, server.password())
    digest = oci.push_blob("slow", random_bytes(64 * MEBIBYTE, "slow"))
    assert server.terminate() == 0
    server = start(server.data)
    oci = Oci(server.url, oci.password)
    before = busiest(server)
    with ExitStack() as stack:
        lines = [stack.enter_context(slow_line(oci, f"/v2/slow/blobs/{digest}")) for _ in range(READERS)]
        sip(lines, MEBIBYTE)
        sip(lines, 7 * MEBIBYTE)
        once = busiest(server) - before
        sip(lines, 24 * MEBIBYTE)
        later = busiest(server) - before
    assert once < READERS * EACH, f"{once / READERS / MEBIBYTE:.1f} MiB each"
    assert later < READERS * EACH, f"{later / READERS / MEBIBYTE:.1f} MiB each"
    assert server.terminate() == 0


def sip(lines: list[socket.socket], size: int) -> None:
    """Takes `size` bytes from each line, in turns and in small pieces."""
    for _ in range(size // 65536):
        for line in lines:
            assert len(line.recv(65536, socket.MSG_WAITALL)) == 65536
