"""How a server ends, refuses to begin, and loses one of its workers."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.conftest import StartServer
from tests.faults.commands import refused_start
from tests.faults.ledger import Ledger
from tests.faults.pusher import Pusher
from tests.support.images import digest_of, random_bytes
from tests.support.oci import OCTETS, Answer, Oci
from tests.support.processes import tree
from tests.support.server import Server

MEBIBYTE = 1 << 20
PATIENCE = 60
CLIENTS = 4


def eventually(server: Server, condition: Callable[[], bool]) -> None:
    """Waits, while the server runs."""
    server.program.wait_until(condition, PATIENCE)


def listens(server: Server) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0


class HeldBody:
    """A body whose second half is not sent before it is let go."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.half_sent, self.go_on = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        half = len(self._data) // 2
        yield self._data[:half]
        self.half_sent.set()
        assert self.go_on.wait(PATIENCE)
        yield self._data[half:]


def test_what_is_in_flight_is_finished(start: StartServer) -> None:
    server = start(workers=2)
    server.create_repository("flight")
    oci = Oci(server.url, server.password())
    large, chunk = random_bytes(48 * MEBIBYTE, "large"), random_bytes(5 * MEBIBYTE // 2, "chunk")
    digest, location, body = oci.push_blob("flight", large), oci.begin_upload("flight"), HeldBody(chunk)
    with (
        ThreadPoolExecutor(1) as threads,
        oci.stream("GET", f"/v2/flight/blobs/{digest}") as download,
    ):
        upload: Future[Answer] = threads.submit(oci.request, "PATCH", location, headers=OCTETS, body=body)
        found = hashlib.sha256(download.read(MEBIBYTE))
        assert body.half_sent.wait(PATIENCE)
        os.kill(server.program.pid, signal.SIGTERM)
        eventually(server, lambda: not listens(server))
        assert not upload.done()
        body.go_on.set()
        assert upload.result().expect(202).headers["range"] == f"0-{len(chunk) - 1}"
        assert server.program.running
        while piece := download.read(MEBIBYTE):
            found.update(piece)
    assert f"sha256:{found.hexdigest()}" == digest
    assert server.program._process.wait(PATIENCE) == 0  # not `terminate`, which would signal once more
    again = start(server.data)
    Oci(again.url, oci.password).finish_upload(location, digest_of(chunk)).expect(201)


def test_a_second_server_on_the_port_touches_nothing(start: StartServer, tmp_path: Path) -> None:
    first = start(workers=2)
    refusal = refused_start(tmp_path / "second", first.port)
    assert (refusal.code, refusal.output) == (1, "")
    assert refusal.lines == [
        f"entrepot: port {first.port} on 127.0.0.1 is taken: another server listens there (see --port)"
    ]
    assert not (tmp_path / "second").exists()
    assert first.ready()


def test_a_worker_that_is_killed_alone_comes_back(start: StartServer) -> None:
    """The others go on meanwhile, and nothing is lost that either had acknowledged."""
    server = start(workers=2)
    oci, ledgers = Oci(server.url, server.password()), [Ledger(f"client-{number}") for number in range(CLIENTS)]
    for ledger in ledgers:
        server.create_repository(ledger.repository)
    enough = threading.Event()

    def play(ledger: Ledger) -> int:
        cut = 0
        while not goes_on(oci, ledger, cut, enough.is_set):
            cut += 1
        return cut

    with ThreadPoolExecutor(CLIENTS) as threads:
        playing = [threads.submit(play, ledger) for ledger in ledgers]
        try:
            eventually(server, lambda: sum(ledger.acknowledged for ledger in ledgers) > 40)
            kill_one_of_two(server)
            after = sum(ledger.acknowledged for ledger in ledgers)
            eventually(server, lambda: sum(ledger.acknowledged for ledger in ledgers) > after + 40)
        finally:
            enough.set()
        cuts = [client.result() for client in playing]
    # What was in flight at the dead worker, or came while the kernel was still closing its sockets.
    assert max(cuts) <= 3
    for ledger in ledgers:
        ledger.check(oci, everything=True)
    assert server.terminate() == 0


def goes_on(oci: Oci, ledger: Ledger, seed: int, over: Callable[[], bool]) -> bool:
    """Settles what was cut off and pushes until it is over; False where a connection was cut, perhaps again."""
    try:
        ledger.settle(oci)
    except ConnectionError:
        return False
    return Pusher(oci, ledger, f"{ledger.repository} {seed}").run(over)


def kill_one_of_two(server: Server) -> None:
    """Kills a worker and waits until there are two again."""
    _, doomed, other = tree(server.program.pid)
    os.kill(doomed, signal.SIGKILL)
    eventually(server, lambda: doomed not in (now := tree(server.program.pid)) and other in now and len(now) == 3)
