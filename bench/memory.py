"""How much memory a server takes: idle, for one very large layer, and for many clients on slow lines.

    .venv/bin/python -m bench.memory [--gib 5] [--workers 2] [--clients 64] [--folder /var/tmp]

Prints a table with a row a phase. Each phase has a server of its own, just started on the same data folder; the figures
are the peak resident set (VmHWM in /proc/PID/status) of the busiest worker and of all processes together. Needs Linux
and somewhat more room on the disk than the layer has.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.oci import OCTETS, Oci
from tests.support.processes import tree
from tests.support.server import Server, start_server

MEBIBYTE = 1 << 20
REPOSITORY = "memory"
SLOW_MEBIBYTES = 256
SLOW_BYTES_A_SECOND = 64 << 10
SLOW_SECONDS = 20
UPLOAD_MEBIBYTES = 32
ROOM = 1.2


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured and where."""

    data: Path
    workers: int
    clients: int
    mebibytes: int


@dataclass(frozen=True, slots=True)
class Result:
    """Bytes resident at most, and what else there is to say."""

    busiest: int
    together: int
    remark: str


def noise(mebibytes: int, seed: int = 0) -> Iterator[bytes]:
    """That many MiB that do not compress and never repeat: one random block, numbered."""
    block = bytearray(os.urandom(MEBIBYTE))
    for number in range(mebibytes):
        block[:16] = seed.to_bytes(8, "big") + number.to_bytes(8, "big")
        yield bytes(block)


def hashed(chunks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    """The same chunks, each hashed on its way."""
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def push(oci: Oci, mebibytes: int, seed: int = 0) -> str:
    """One PATCH, sent chunked, then the PUT; returns the digest."""
    location, digest = oci.begin_upload(REPOSITORY), hashlib.sha256()
    oci.request("PATCH", location, headers=OCTETS, body=hashed(noise(mebibytes, seed), digest)).expect(202)
    name = f"sha256:{digest.hexdigest()}"
    oci.finish_upload(location, name).expect(201)
    return name


def pull(oci: Oci, digest: str) -> None:
    """Reads a blob to its end and compares its digest."""
    found, buffer = hashlib.sha256(), bytearray(MEBIBYTE)
    with oci.stream("GET", f"/v2/{REPOSITORY}/blobs/{digest}") as response:
        while count := response.readinto(buffer):
            found.update(memoryview(buffer)[:count])
    if f"sha256:{found.hexdigest()}" != digest:
        raise ValueError(f"{digest} came as sha256:{found.hexdigest()}")


def slow_line(oci: Oci, digest: str) -> socket.socket:
    """A connection on which a blob was asked for, with a small window, so that the kernel holds little of it."""
    address = urlsplit(oci.url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BYTES_A_SECOND)
    line.connect((address.hostname, address.port))
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    connection.sock = line
    connection.request("GET", f"/v2/{REPOSITORY}/blobs/{digest}", headers=oci.authorization())
    return line


def sip(lines: list[socket.socket], seconds: int, rate: int) -> int:
    """Takes `rate` bytes a second from each line; returns how many bytes came in all."""
    taken, began = 0, time.monotonic()
    for second in range(seconds):
        for line in lines:
            taken += len(line.recv(rate, socket.MSG_WAITALL))
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))
    return taken


def measured(plan: Plan, act: Callable[[Oci, Server], str]) -> Result:
    """Does something to a server just started, and reads the peaks while it still runs."""
    server = start_server(plan.data, workers=plan.workers)
    try:
        oci = Oci(server.url, server.password(), seconds=600)
        remark = act(oci, server)
        peaks = server.peak_rss()
        workers = [peaks[pid] for pid in tree(server.program.pid)[1:]]
        return Result(max(workers), sum(peaks.values()), remark)
    finally:
        server.stop()


def phases(plan: Plan) -> Iterator[tuple[str, Result]]:
    """Every row of the table, in its order."""
    digests: dict[int, str] = {}

    def idle(_oci: Oci, server: Server) -> str:
        server.create_repository(REPOSITORY)
        return "started, one repository created"

    def push_one(oci: Oci, _server: Server) -> str:
        return timed(plan.mebibytes, lambda: digests.update({plan.mebibytes: push(oci, plan.mebibytes)}))

    def pull_one(oci: Oci, _server: Server) -> str:
        return timed(plan.mebibytes, lambda: pull(oci, digests[plan.mebibytes]))

    def push_many(oci: Oci, _server: Server) -> str:
        def push_all() -> None:
            with ThreadPoolExecutor(plan.clients) as threads:
                list(threads.map(lambda seed: push(oci, UPLOAD_MEBIBYTES, seed), range(1, plan.clients + 1)))

        return timed(plan.clients * UPLOAD_MEBIBYTES, push_all)

    yield "idle", measured(plan, idle)
    yield f"push one layer of {plan.mebibytes / 1024:g} GiB", measured(plan, push_one)
    yield "pull it", measured(plan, pull_one)
    yield f"push {plan.clients} layers of {UPLOAD_MEBIBYTES} MiB at once", measured(plan, push_many)
    yield from slow_phases(plan)


def slow_phases(plan: Plan) -> Iterator[tuple[str, Result]]:
    """Slow readers: half of them, all, and all for three times as long, which must make no difference."""
    digest = ""

    def store(oci: Oci, _server: Server) -> str:
        nonlocal digest
        digest = push(oci, SLOW_MEBIBYTES)
        return ""

    measured(plan, store)
    for clients, seconds in [
        (plan.clients // 2, SLOW_SECONDS),
        (plan.clients, SLOW_SECONDS),
        (plan.clients, 3 * SLOW_SECONDS),
    ]:

        def read_slowly(oci: Oci, _server: Server, clients: int = clients, seconds: int = seconds) -> str:
            with ExitStack() as stack:
                lines = [stack.enter_context(slow_line(oci, digest)) for _ in range(clients)]
                taken = sip(lines, seconds, SLOW_BYTES_A_SECOND)
                return f"{taken / clients / seconds / 1024:.0f} KiB/s each, of a layer of {SLOW_MEBIBYTES} MiB"

        yield f"{clients} slow readers for {seconds} s", measured(plan, read_slowly)


def timed(mebibytes: int, act: Callable[[], object]) -> str:
    """Does it, and says how fast."""
    began = time.monotonic()
    act()
    return f"{mebibytes / (time.monotonic() - began):.0f} MiB/s, client on the same machine"


def main() -> None:
    """Reads the arguments, checks the room, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=5, help="size of the large layer (5)")
    parser.add_argument("--workers", type=int, default=2, help="workers of the server (2)")
    parser.add_argument("--clients", type=int, default=64, help="clients at once (64)")
    parser.add_argument("--folder", type=Path, help="where the data folder is made, and removed in the end")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        plan = Plan(Path(folder, "data"), arguments.workers, arguments.clients, int(arguments.gib * 1024))
        needed = int((plan.mebibytes + plan.clients * UPLOAD_MEBIBYTES + SLOW_MEBIBYTES) * MEBIBYTE * ROOM)
        if shutil.disk_usage(folder).free < needed:
            sys.exit(f"{folder} needs {needed >> 20} MiB of room")
        sys.stdout.write("| | busiest worker | all processes | |\n| --- | --- | --- | --- |\n")
        for name, result in phases(plan):
            row = f"| {name} | {result.busiest >> 20} MiB | {result.together >> 20} MiB | {result.remark} |\n"
            sys.stdout.write(row)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
