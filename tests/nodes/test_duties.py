"""Periodic work is done by one process of a deployment at a time; another goes on where that one dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from entrepot import app as composition
from entrepot.jobs.duties import DUTIES
from entrepot.meta import gc_batches
from entrepot.meta.postgres import postgres_engine
from entrepot.settings_sources import from_flags
from tests.support.nodes import Deployment
from tests.support.postgres import cluster
from tests.support.processes import Program

PROCESSES = 3
Start = Callable[[float], list[Program]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A deployment on PostgreSQL that nothing serves."""
    (folder := tmp_path / "data").mkdir()
    (folder / "entrepot.toml").write_text(f'database = "{cluster().fresh()}"\n')
    composition.prepare(from_flags({"data": str(folder)}, {})[0])
    return folder


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    """Starts the processes that have the one duty, which lasts for so many seconds."""
    programs: list[Program] = []

    def start_all(lasts: float) -> list[Program]:
        argv = [sys.executable, "-m", "tests.nodes.duty_node", str(data), str(lasts)]
        logs = (data.parent / f"{number}.log" for number in range(PROCESSES))
        programs.extend(Program(argv, log=log, env=dict(os.environ)) for log in logs)
        for program in programs:
            program.wait_until(lambda program=program: "ready" in program.log_text(), 30)
        return programs

    yield start_all
    for program in programs:
        program.kill_hard()


def noted(data: Path) -> list[tuple[str, int]]:
    """What was done, by which process."""
    path = data.parent / "done"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], int(line.split()[1])) for line in lines]


def wait_for(data: Path, count: int) -> list[tuple[str, int]]:
    deadline = time.monotonic() + 30
    while len(found := noted(data)) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def test_one_process_at_a_time(data: Path, start: Start) -> None:
    start(0.05)
    found = wait_for(data, 12)[:12]
    for begins, ends in zip(found[::2], found[1::2], strict=True):
        assert (begins[0], ends[0]) == ("begins", "ends")
        assert begins[1] == ends[1]


def test_another_takes_over_from_one_that_is_killed(data: Path, start: Start) -> None:
    programs = start(60)
    ((_, first),) = wait_for(data, 1)
    for program in programs:
        if program.pid == first:
            program.kill_hard()
    killed = time.monotonic()
    second = wait_for(data, 2)[1]
    assert time.monotonic() - killed < 10
    assert second[0] == "begins"
    assert second[1] in {program.pid for program in programs} - {first}
    with pytest.raises(AssertionError):
        programs[0].wait_until(lambda: len(noted(data)) > 2, 1.0)


def test_every_duty_of_a_deployment_has_one_holder(deployment: Deployment) -> None:
    """Three nodes and a worker: each duty was done by one of them, and rests until it is due again."""
    names, found = [f"duty/{duty.name}" for duty in DUTIES], list[tuple[str, int]]()
    deadline = time.monotonic() + 30
    with psycopg.connect(deployment.settings["database"], autocommit=True) as connection:
        while len(found) < len(names):
            assert time.monotonic() < deadline, found
            found = connection.execute("SELECT name, expires_at FROM leases WHERE name = ANY(%s)", [names]).fetchall()
    latest = {f"duty/{duty.name}": time.time() + duty.interval.total_seconds() for duty in DUTIES}
    assert all(expires / 1_000_000 <= latest[name] for name, expires in found)


def test_what_one_worker_has_claimed_the_other_passes_over(data: Path) -> None:
    """SKIP LOCKED: nobody waits, and nothing is taken up twice."""
    url = from_flags({"data": str(data)}, {})[0].database
    one, other = postgres_engine(url), postgres_engine(url)
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO object_deletions (object_id, store, size, due_at, attempts, account_id, region, repository) "
            "SELECT 'object-' || n, '', 1, n, 0, '', '', '' FROM generate_series(1, 10) AS n"
        )
    with one.connect() as first, other.connect() as second, ThreadPoolExecutor(1) as thread:
        claimed = {place.object_id for place in gc_batches.claim_objects(first, 100, 6)}
        claim = thread.submit(gc_batches.claim_objects, second, 100, 6)
        others = {place.object_id for place in claim.result(10)}
        first.commit()
        second.commit()
    assert (len(claimed), len(others)) == (6, 4)
    assert not claimed & others
    one.dispose()
    other.dispose()
