"""A worker that is killed in the middle of a collection: nothing is lost and nothing leaks."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from entrepot.context import RepositoryRef
from entrepot.services import gc_status, gc_verify, image_deletion
from entrepot.services.image_ids import ImageId
from tests.gc.world import ENGINES, REGISTRY, World, flags
from tests.support.images import digest_of, layered_image, tiny_image
from tests.support.processes import Program
from tests.support.server import COMMAND

KEPT = tiny_image("kept")
LOST = layered_image(30, "lost")
ONE = RepositoryRef(REGISTRY, "one")

# A worker whose store ends the process with SIGKILL when the collection comes to the objects.
KILLED = """
import asyncio, json, os, signal, sys
from dataclasses import replace
from datetime import timedelta
from entrepot import app as composition
from entrepot.services import gc
from entrepot.settings_sources import from_flags

class Killing:
    def __init__(self, store): self.store = store
    def __getattr__(self, name): return getattr(self.store, name)
    async def discard_many(self, object_ids):
        if sys.argv[2] == "half":
            await self.store.discard_many(object_ids[::2])
        elif sys.argv[2] == "after":
            await self.store.discard_many(object_ids)
        os.kill(os.getpid(), signal.SIGKILL)

async def work():
    async with composition.opened(from_flags(json.loads(sys.argv[1]), {})[0]) as app:
        for days in (1, 2):
            clock = lambda: composition.utc_now() + timedelta(days=days)
            await gc.collect(replace(app, clock=clock, blobs=Killing(app.blobs)))

asyncio.run(work())
"""


@pytest.mark.parametrize("moment", ["before", "half", "after"])
def test_killed_between_the_commit_and_the_objects(deployment: World, moment: str) -> None:
    here = deployment
    here.wipe()
    here.create("one")
    here.push("one", KEPT)
    here.push("one", LOST)
    here.run(image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(LOST.digest)))
    before = len(here.files())
    done = subprocess.run(
        [sys.executable, "-c", KILLED, here.flags, moment], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -9, done.stderr
    assert len(here.files()) == before - {"before": 0, "half": 16, "after": 31}[moment]
    here.turned += timedelta(days=2, minutes=2)  # the claim of the dead has to run out
    assert here.run(gc_status.status(here.app)).queues[2].waiting == 31
    here.collect()
    assert here.files() == here.referenced()
    assert here.run(gc_status.status(here.app)).queues[2].waiting == 0
    totals = here.run(gc_status.status(here.app)).repositories
    assert [(each.objects, each.object_bytes) for each in totals] == [(31, sum(len(data) for data in LOST.blobs))]
    for data in KEPT.blobs:
        assert here.content("one", digest_of(data)) == data
    assert here.run(gc_verify.verify(here.app)).sound


@pytest.mark.parametrize("engine", ENGINES)
def test_workers_that_are_killed_at_any_moment(tmp_path: Path, engine: str) -> None:
    given = flags(tmp_path / "data", engine)
    here = World(given, timedelta())
    here.create("one")
    here.push("one", KEPT)
    argv = [COMMAND, "worker", "--gc-delay", "0s"]
    argv += [text for name, value in given.items() for text in (f"--{name}", value)]
    for number in range(4):
        here.push("one", LOST)
        here.run(image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(LOST.digest)))
        worker = Program(argv, log=tmp_path / f"{number}.log")
        files = len(here.files())
        if number % 2:
            worker.wait_until(lambda files=files: len(here.files()) < files, 30)
        else:
            worker.wait_until(lambda: here.run(gc_status.status(here.app)).queues[0].waiting < 31, 30)
        worker.kill_hard()
        # The lease of the dead is no longer in the way of the next one.
        here.run(here.app.db.write(lambda c: c.exec_driver_sql("UPDATE leases SET expires_at = 0")))
        here.put("one", KEPT)
        assert here.referenced() <= here.files()
    here.turned += timedelta(days=2, minutes=2)  # the claim of the dead has to run out
    here.collect()
    assert here.files() == here.referenced()
    assert here.run(gc_verify.verify(here.app)).sound
    here.close()
