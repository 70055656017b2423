"""How much pushes and pulls feel of the garbage collection: latencies without it, and while it deletes many blobs.

    .venv/bin/python -m bench.gc [--blobs 100000] [--clients 8] [--workers 2] [--seconds 20] [--database postgresql://...]

Three phases on one deployment: load alone, load while `entrepot worker` collects, load alone again. Clients are a
process of their own, half of them push images of one layer of 64 KiB over and over, half pull. The database has to be
an empty one; without it the metadata is on SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import hashlib
import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from entrepot import app as composition
from entrepot.context import App, Registry
from entrepot.meta.tables import blobs, layer_reviews, repositories, repository_blobs
from entrepot.services import gc_status
from entrepot.services.keyring import registry_scope
from entrepot.settings_sources import from_flags
from tests.support.processes import Program
from tests.support.server import COMMAND, Server, start_server

LAYER = 64 << 10
OBJECT = 4 << 10
DELAY = "20s"
ROWS = 5_000
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(slots=True)
class Measured:
    """Seconds of each request by what it was, and the answers that were none."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"push": [], "pull": []})
    failures: list[str] = field(default_factory=list[str])

    def percentile(self, kind: str, percent: int) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.seconds[kind], n=100)[percent - 1] * 1000


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, password: str, measured: Measured, seed: int) -> None:
        self._connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self._login = "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()
        self._measured = measured
        self._random = random.Random(seed)  # noqa: S311 - load, and no secret

    def ask(self, kind: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, str]:
        """One request, timed; anything of 400 or above is a failure."""
        began = time.monotonic()
        given = {"Authorization": self._login, "Content-Length": str(len(body))} | headers
        self._connection.request(method, path, body, given)
        answer = self._connection.getresponse()
        content = answer.read()
        self._measured.seconds[kind].append(time.monotonic() - began)
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            self._measured.failures.append(f"{method} {path}: {answer.status} {content[:200]!r}")
        return answer.status, content, answer.getheader("Location", "")

    def push(self, tag: str) -> None:
        """A layer and a config that are new, then the manifest."""
        sizes = []
        for size in (LAYER, 64):
            data = self._random.randbytes(size)
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            _, _, location = self.ask("push", "POST", "/v2/load/blobs/uploads/")
            self.ask("push", "PUT", f"{location}?digest={digest}", data)
            sizes.append({"mediaType": "application/octet-stream", "digest": digest, "size": size})
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": sizes[1], "layers": sizes[:1]}
        body = json.dumps(manifest).encode()
        self.ask("push", "PUT", f"/v2/load/manifests/{tag}", body, **{"Content-Type": MANIFEST})

    def pull(self, tag: str) -> None:
        """The manifest and all that it names."""
        _, content, _ = self.ask("pull", "GET", f"/v2/load/manifests/{tag}", Accept=MANIFEST)
        document = json.loads(content)
        for blob in (document["config"], *document["layers"]):
            self.ask("pull", "GET", f"/v2/load/blobs/{blob['digest']}")


def load(server: Server, clients: int, stopped: threading.Event) -> Measured:
    """Runs clients until `stopped`."""
    measured, password = Measured(), server.password()

    def run(number: int) -> None:
        client = Client(server.port, password, measured, random.randrange(1 << 32))  # noqa: S311 - as above
        tag = f"t{number // 2}"
        while not stopped.is_set():
            client.pull(tag) if number % 2 else client.push(tag)

    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(run, range(clients)))
    return measured


async def make_garbage(given: dict[str, str], count: int) -> None:
    """A repository of layers that no image needs, whose reviews are due."""
    async with composition.opened(from_flags(given, {})[0]) as app:
        home = Registry("123456789012", "us-east-1")
        key = await app.keyring.for_scope(registry_scope(home))
        repository: int = await app.db.read(
            lambda c: c.execute(select(repositories.c.id).where(repositories.c.name == "garbage")).scalar_one()
        )
        folder = Path(given["data"]) / "blobs"
        for start in range(0, count, ROWS):
            names = [os.urandom(16).hex() for _ in range(start, min(start + ROWS, count))]
            for name in names:
                (folder / name[0] / name[1] / name).write_bytes(bytes(OBJECT))
            await app.db.write(_rows, names, key.key_id, repository)


def _rows(connection: Connection, names: list[str], key_id: int, repository: int) -> None:
    made = [
        {"data_key_id": key_id, "digest": f"sha256:{name * 2}", "size": OBJECT, "object_id": name, "created_at": 1}
        for name in names
    ]
    connection.execute(insert(blobs), made)
    found = connection.execute(select(blobs.c.id, blobs.c.digest).where(blobs.c.object_id.in_(names))).all()
    held = [{"repository_id": repository, "digest": row.digest, "blob_id": row.id, "created_at": 1} for row in found]
    connection.execute(insert(repository_blobs), held)
    due = [{"repository_id": repository, "digest": row.digest, "review_after": 1} for row in found]
    connection.execute(insert(layer_reviews), due)


async def objects_deleted(app: App) -> int:
    """How many of the garbage's objects are gone."""
    found = await gc_status.status(app)
    return sum(each.objects for each in found.repositories if each.repository == "garbage")


async def wait_for(given: dict[str, str], count: int) -> float:
    """Seconds until the collection is through with the garbage."""
    began = time.monotonic()
    async with composition.opened(from_flags(given, {})[0]) as app:
        while (done := await objects_deleted(app)) < count:
            print(f"  {done} objects deleted after {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
            await asyncio.sleep(5)
    return time.monotonic() - began


@contextlib.contextmanager
def loaded(server: Server, clients: int, into: list[Measured]) -> Iterator[None]:
    """Load while the context lasts; what was measured is put into the list."""
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(load, server, clients, stopped)
        try:
            yield
        finally:
            stopped.set()
        into.append(running.result())


def main(arguments: argparse.Namespace) -> None:
    """Runs the phases and prints a row for each."""
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        given = {"data": str(Path(folder) / "data"), "gc_delay": DELAY}
        given |= {"database": arguments.database} if arguments.database else {}
        flags = [
            text for name, value in given.items() if name != "data" for text in (f"--{name.replace('_', '-')}", value)
        ]
        server = start_server(Path(given["data"]), workers=arguments.workers, args=[*flags, "--work", "false"])
        try:
            run(server, given, flags, arguments)
        finally:
            server.stop()


def run(server: Server, given: dict[str, str], flags: list[str], arguments: argparse.Namespace) -> None:
    """The phases, on a server that runs."""
    for name in ("load", "garbage"):
        server.create_repository(name)
    asyncio.run(make_garbage(given, arguments.blobs))
    first = Client(server.port, server.password(), Measured(), 0)
    for number in range(arguments.clients):
        first.push(f"t{number // 2}")
    measured: list[Measured] = []
    with loaded(server, arguments.clients, measured):
        time.sleep(arguments.seconds)
    report("alone", measured[-1])
    argv: list[Any] = [COMMAND, "worker", "--data", given["data"], *flags]
    worker = Program(argv, log=Path(given["data"]).with_name("worker.log"))
    try:
        with loaded(server, arguments.clients, measured):
            took = asyncio.run(wait_for(given, arguments.blobs))
    finally:
        worker.stop()
    report(f"while {arguments.blobs} blobs are collected, {took:.0f} s", measured[-1])
    with loaded(server, arguments.clients, measured):
        time.sleep(arguments.seconds)
    report("alone again", measured[-1])
    for kind in ("push", "pull"):
        before, during, after = (each.percentile(kind, 99) for each in measured)
        print(f"{kind}: p99 is {during / statistics.mean((before, after)):.2f} times that without")  # noqa: T201


def report(phase: str, measured: Measured) -> None:
    """One phase."""
    print(phase)  # noqa: T201
    for kind in ("push", "pull"):
        times = " ".join(f"p{each} {measured.percentile(kind, each):.1f} ms" for each in (50, 95, 99))
        print(f"  {kind}: {len(measured.seconds[kind])} requests, {times}")  # noqa: T201
    print(f"  {len(measured.failures)} failed", *measured.failures[:3], sep="\n  ", flush=True)  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blobs", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--database", default="")
    parser.add_argument("--folder", default=tempfile.gettempdir())
    sys.exit(main(parser.parse_args()))
