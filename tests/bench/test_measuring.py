"""Measuring itself, on a small scale: processes are counted right, and every operation works."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.content import Content
from bench.measuring import Effort, measure
from bench.processes import resident, usage
from bench.results import Measured
from bench.servers import TOPOLOGIES, Backends, backends, deployed
from bench.world import KIB, World

SIZES = (64 * KIB, 256 * KIB)
# Burns a second of processor time in a child that ends before it does, and writes a megabyte.
BURN = """
import os, subprocess, sys, time
code = "import time\\nwhile time.process_time() < 1: pass"
subprocess.run([sys.executable, "-c", code], check=True)
with open(sys.argv[1], "wb") as file:
    file.write(bytes(1 << 20))
    os.fsync(file.fileno())
print("done", flush=True)
sys.stdin.read()
"""


def test_a_tree_is_counted_with_what_has_ended_in_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BURN, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        before = usage([process.pid])
        assert process.stdout
        process.stdout.readline()
        spent = usage([process.pid]) - before
        assert 0.9 < spent.seconds < 2
        assert spent.written >= 1 << 20
        assert all(size > 1 << 20 for size in resident([process.pid]))
        process.kill()


def test_a_process_that_is_gone_used_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert usage([process.pid]).seconds == 0


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """PostgreSQL and SeaweedFS, started once for both."""
    with backends(tmp_path_factory.mktemp("bench")) as started:
        yield started


def measured(name: str, behind: Backends) -> Measured:
    topology = next(each for each in TOPOLOGIES if each.name == name)
    effort = Effort(reads=8, writes=8, alone=2, moved=1 << 20, clients=4)
    with deployed(topology, behind) as deployment:
        world = World(deployment, Content(max(SIZES)), 2, SIZES[0], SIZES, deployment.netloc)
        return measure(deployment, world, effort, lambda _: None)


def test_every_operation_on_one_machine(tmp_path: Path) -> None:
    with backends(tmp_path) as behind:
        found = measured("sqlite-1", behind)
    assert found.costs["image_push"].requests == 1 + 3 * 4 + 1
    assert found.costs["image_pull"].requests == 1 + 2 + 3
    assert found.costs["manifest_put"].written > 0
    assert found.costs["blob_push_65536"].sent > 64 * KIB
    assert all(cost.ours > 0 and cost.rate > 0 for cost in found.costs.values() if cost.requests > 1)
    assert found.collecting["objects"] > 16
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["postgres-s3", "postgres-redirect"])
def test_every_operation_on_postgresql_and_s3(name: str, behind: Backends) -> None:
    found = measured(name, behind)
    put, push = found.costs["manifest_put"], found.costs["blob_push_65536"]
    assert put.writes >= 1
    assert put.statements > put.writes
    assert put.wal > 0
    assert put.wal_cold > put.wal
    assert push.store_requests == {"Put": 1}
    assert push.store_taken >= 64 * KIB
    get = found.costs["blob_get_65536"]
    assert get.store_requests == {"GetObject": 1}
    assert get.store_given >= 64 * KIB
    assert (get.received < 4 * KIB) == (name == "postgres-redirect")
    assert found.costs["blob_head"].store_requests == {}
