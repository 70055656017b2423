"""What quotas and rates cost: a manifest's GET with rates on and off, and pushes far from a quota and near it.

    .venv/bin/python -m bench.limits [--seconds 4] [--rounds 3] [--images 100000] [--database postgresql://...]

Prints two tables and, between them, what counting one request takes of a processor. For the first a server of one
worker answers four connections; both kinds take turns, and the median of the rounds is printed. For the second a
repository is filled with `--images` rows, the metadata being in an empty database that is given, or on SQLite; pushes
are of manifests, one after another, in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from entrepot.context import App, RepositoryRef
from entrepot.errors import RateExceeded
from entrepot.meta import usage
from entrepot.rules.quotas import NAMES
from entrepot.rules.rate_limits import Rate, Rates
from entrepot.services import image_push
from entrepot.services.access_cache import Lru
from entrepot.services.image_push import Push
from entrepot.services.quota_counts import counted_of
from entrepot.services.rate_limits import SharedRates
from tests.gc.world import REGISTRY
from tests.limits.lab import Lab
from tests.support.images import Image, make_image, tiny_image
from tests.support.oci import Oci
from tests.support.processes import tree
from tests.support.server import Server, start_server

CONNECTIONS = 4
PUSHES = 40
TAKES = 50_000


def gets(server: Server, password: str, seconds: float) -> list[float]:
    """Milliseconds of every GET of one manifest within so many seconds."""
    took: list[float] = []
    until = time.monotonic() + seconds
    headers = {"Authorization": "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()}

    def drive() -> None:
        connection = http.client.HTTPConnection("localhost", server.port)
        while time.monotonic() < until:
            began = time.perf_counter()
            connection.request("GET", "/v2/app/manifests/v", headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(answer.status)
            took.append(1000 * (time.perf_counter() - began))
        connection.close()

    threads = [threading.Thread(target=drive) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def rates(folder: Path, seconds: float, rounds: int) -> None:
    """The first table."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    limits = ["--rate-limits", "ecr,BatchGetImage=5000"]
    with running(folder / "off", []) as off, running(folder / "on", limits) as on:
        passwords = {server: server.password() for server in (off, on)}
        for _ in range(rounds):
            for name, server in (("off", off), ("on", on)):
                before = processor(server)
                took = gets(server, passwords[server], seconds)
                busy = 1000 * (processor(server) - before) / len(took)
                rows.setdefault(name, []).append((busy, len(took) / seconds, statistics.median(took)))
    sys.stdout.write("| rates | processor ms a GET | GETs a second | median ms |\n| --- | ---: | ---: | ---: |\n")
    for name, found in rows.items():
        middle = [statistics.median(column) for column in zip(*found, strict=True)]
        sys.stdout.write(f"| {name} | {middle[0]:.3f} | {middle[1]:.0f} | {middle[2]:.2f} |\n")


def processor(server: Server) -> float:
    """Seconds of processor time that all processes of a server have used."""
    ticks = 0
    for pid in tree(server.program.pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(data: Path, args: list[str]) -> Iterator[Server]:
    """A server of one worker with one image."""
    server = start_server(data, args=args)
    try:
        server.create_repository("app")
        Oci(server.url, server.password()).push_image("app", tiny_image("app"), "v")
        yield server
    finally:
        server.stop()


def quotas(data: Path, database: str, images: int) -> None:
    """The second table."""
    lab = Lab({"data": str(data)} | ({"database": database} if database else {}))
    lab.create("one")
    base = make_image([b"layer"])
    lab.push("one", base)
    for start in range(0, images, 5_000):
        lab.fill("one", min(5_000, images - start))
    lab.run(takes(lab))
    sys.stdout.write(f"\n| pushes to {images:,} images | median ms | processor ms |\n| --- | ---: | ---: |\n")
    repo = RepositoryRef(REGISTRY, "one")
    for name, limits in (
        ("without quotas", {}),
        ("far from the limit", {"images_per_repository": 10 * images, "images_per_registry": 10 * images}),
        ("near the limit", {"images_per_repository": images + 1_000}),
    ):
        app = replace(lab.app, quotas=limits, usage=Lru(100))
        began = time.process_time()
        took = statistics.median(lab.run(pushes(lab, app, name)))
        busy = 1000 * (time.process_time() - began) / PUSHES
        sys.stdout.write(f"| {name} | {took:.2f} | {busy:.2f} |\n")
        counted = counted_of(app, "images_per_repository", repo)
        if name.startswith("far"):
            sys.stdout.write(f"| (the count that is remembered) | {1000 * counted.took:.2f} | |\n")
    for name in NAMES:
        began = time.perf_counter()
        lab.run(lab.app.db.read(usage.used, name, repo, 1 << 62))
        sys.stdout.write(f"| counting {name} | {1000 * (time.perf_counter() - began):.2f} | |\n")
    lab.close()


async def takes(lab: Lab) -> None:
    """What one request's counting takes, with the draws that it needs."""
    for rate in (Rate(2_000_000_000, TAKES), Rate(2_000_000, 2_000)):
        limiter, passed = SharedRates(lab.app.db, Rates({"*": rate}), lab.clock), 0
        began = time.process_time()
        for _ in range(TAKES):
            with suppress(RateExceeded):
                await limiter.take("AIDAEXAMPLE", f"ecr{rate.burst}", ["BatchGetImage"])
                passed += 1
        each = 1_000_000 * (time.process_time() - began) / TAKES
        sys.stdout.write(f"{each:.1f} microseconds a request, {passed} of {TAKES} let through\n")


async def pushes(lab: Lab, app: App, seed: str) -> list[float]:
    """Milliseconds of some pushes, the first of which is not counted."""
    took: list[float] = []
    for number in range(PUSHES + 1):
        image: Image = make_image([b"layer"], annotations={"seed": f"{seed} {number}"})
        push = Push(image.manifest, image.media_type)
        began = time.perf_counter()
        await image_push.push(app, lab.ctx(), RepositoryRef(REGISTRY, "one"), push, repeat="accept")
        took.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0)
    return took[1:]


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--database", default="")
    given: Any = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrepot-") as folder:
        rates(Path(folder), given.seconds, given.rounds)
        quotas(Path(folder) / "quotas", given.database, given.images)
    return 0


if __name__ == "__main__":
    sys.exit(main())
