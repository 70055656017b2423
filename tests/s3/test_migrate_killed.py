"""`entrepot blobs migrate` killed where it hurts: what was copied and not named, and what was half copied."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot import app as root
from entrepot.services import gc, gc_verify
from entrepot.services.sweeping import sweep
from entrepot.settings_sources import load
from tests.conftest import StartServer
from tests.s3.conftest import flags, new_place
from tests.support.images import gzip_layer, make_image
from tests.support.oci import Oci
from tests.support.processes import Program
from tests.support.s3_proxy import Handler, S3Proxy, reset
from tests.support.seaweed import Seaweed
from tests.support.server import COMMAND
from tests.support.stored import Stored

MIB = 1 << 20
SMALL = 6
SECONDS = 60


@pytest.fixture
def way(weed: Seaweed) -> Iterator[S3Proxy]:
    """How the command reaches the store."""
    with closing(S3Proxy(weed.port)) as running:
        yield running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def migrate(data: Path, way: S3Proxy, weed: Seaweed, tmp_path: Path) -> Callable[[str], Program]:
    """Starts the command with a target."""

    def start(target: str) -> Program:
        argv = [COMMAND, "blobs", "migrate", "--to", target, "--data", data, *flags(target, way.url)]
        env = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
        return Program([*argv, "--gc-delay", "0s"], log=tmp_path / "migrate.log", env={**env, **weed.env})

    return start


def end(program: Program) -> None:
    program.wait_until(lambda: "moved " in program.log_text(), SECONDS)
    program.stop()


def killed_at(kind: str, after: int, way: S3Proxy, program: Callable[[], Program]) -> None:
    """Runs a program until the store has done what a request asks, and kills it before it hears of that."""
    running: list[Program] = []

    def kill(handler: Handler) -> None:
        handler.upstream()
        os.killpg(running[0].pid, signal.SIGKILL)
        reset(handler)

    fault = way.fail(kind, kill, after=after)
    running.append(program())
    deadline = time.monotonic() + SECONDS
    while running[0].running:
        assert time.monotonic() < deadline, running[0].log_text()
        time.sleep(0.01)
    assert fault.times == 0, running[0].log_text()
    way.heal()


def test_nothing_is_lost_and_nothing_leaks(
    start: StartServer, weed: Seaweed, way: S3Proxy, data: Path, migrate: Callable[[str], Program]
) -> None:
    place = new_place()
    server = start(data, env=weed.env, args=["--blobs-also", place, *s3(weed), "--work", "false"])
    server.create_repository("app")
    client = Oci(server.url, server.password())
    images = [make_image([gzip_layer({"file": os.urandom(9000)})]) for _ in range(SMALL)]
    images += [make_image([gzip_layer({"file": os.urandom(40 * MIB)})])]
    digests = [client.push_image("app", image) for image in images]
    stores = "SELECT DISTINCT store FROM blobs ORDER BY store"
    for kind, after in (("Put", 7), ("Part", 1)):
        killed_at(kind, after, way, lambda: migrate(place))
        for digest in digests:
            client.pull_image("app", digest)
        assert Stored(data).rows(stores) == ["", f"{place}/"]
    assert len(named(weed, place)) > Stored(data).rows("SELECT count(*) FROM blobs WHERE store <> ''")[0]
    end(migrate(place))
    assert Stored(data).rows(stores) == [f"{place}/"]
    collected(data, place, weed)
    assert Stored(data).objects() == {}
    assert named(weed, place) == Stored(data).blob_objects()
    for digest in digests:
        client.pull_image("app", digest)


def s3(weed: Seaweed) -> list[str]:
    return ["--s3-endpoint-url", weed.url, "--s3-path-style", "true"]


def named(weed: Seaweed, place: str) -> set[str]:
    """The last part of every key in a corner, and of every unfinished upload there."""
    name, _, prefix = place.removeprefix("s3://").partition("/")
    client = weed.client()
    whole = client.list_objects_v2(Bucket=name, Prefix=f"{prefix}/").get("Contents", [])
    begun = client.list_multipart_uploads(Bucket=name, Prefix=f"{prefix}/").get("Uploads", [])
    return {each["Key"].rpartition("/")[2] for each in (*whole, *begun)} - {"mark"}


def collected(data: Path, place: str, weed: Seaweed) -> None:
    """What the periodic work does, two hours later."""

    async def work() -> None:
        settings, _ = load(["--data", str(data), *flags(place, weed.url), "--gc-delay", "0s"], {})
        async with root.opened(settings) as app:
            later: Any = replace(app, clock=lambda: root.utc_now() + timedelta(hours=2))
            await gc.collect(later)
            await sweep(later)
            found = await gc_verify.verify(later)
            assert found.missing == found.orphans == []

    with pytest.MonkeyPatch.context() as patch:
        for name, value in weed.env.items():
            patch.setenv(name, value)
        asyncio.run(work())
