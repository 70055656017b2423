"""The line of garbage collection: layers that no image needs, collected by the command that is there for it.

Entrepot's runs beside requests, and does not wait for the delay that it has otherwise; distribution's, by rights, only
while nobody pushes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from time import perf_counter

from bench import pushing
from bench.clients import drive
from bench.compare.contestants import Contestant
from bench.compare.distribution import PROGRAM
from bench.compare.samples import ACTS, LeftOut, Sample
from bench.compare.turns import Effort, Spent, Workload
from tests.support.processes import run

COUNT, SIZE, AT_ONCE = 500, 64 << 10, 16
_SECONDS = 600.0


def collections() -> Iterator[Workload]:
    """One line."""
    yield Workload("gc", "layers collected as garbage, 64 KiB each", ACTS, _collect, heavy=True)


def _collect(it: Contestant, _effort: Effort) -> Sample:
    if not (it.deployment or it.config):
        raise LeftOut("was started by others")
    blobs = [it.content.blob(SIZE) for _ in range(COUNT)]
    drive(it.connect, lambda client, n: pushing.in_two(client, it.repository, blobs[n]), range(COUNT), AT_ONCE)
    spent, began = Spent(it), perf_counter()
    if it.deployment:
        argv = [sys.executable, "-m", "bench.collecting", it.deployment.server.data]
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **it.deployment.env}
        found = json.loads(run(argv, env=env, seconds=_SECONDS))
        return spent.sample(found["objects"] / found["wall"], found["objects"] / 1000)
    run([PROGRAM, "garbage-collect", "--delete-untagged=false", it.config or ""], seconds=_SECONDS)
    return spent.sample(COUNT / (perf_counter() - began), COUNT / 1000)
