"""Clients that push, pull and delete the same layers while the garbage collection runs without a delay."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrepot import app as composition
from entrepot.services import gc, gc_verify
from entrepot.settings_sources import from_flags
from tests.gc.world import ENGINES, flags
from tests.support.images import Image, gzip_layer, make_image, make_index, random_bytes
from tests.support.oci import Oci
from tests.support.server import Server, start_server

CLIENTS = 3
TURNS = 4
MOST_TRIES = 200
LONGEST_PAUSE = 0.6
SHARED = [gzip_layer({f"{number}": random_bytes(2000, number)}) for number in range(2)]


def image_of(client: int, turn: int) -> Image:
    """Of layers that every client has, and a config and a layer of its own."""
    own = gzip_layer({"own": f"{client}".encode()})
    return make_image([*SHARED, own], annotations={"turn": f"{client} {turn}"})


@pytest.fixture(params=ENGINES)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Two workers and no delay; whoever collects is started by the test."""
    given = flags(tmp_path / "data", request.param) | {"gc-delay": "0s", "work": "false"}
    del given["data"]
    args = [text for name, value in given.items() for text in (f"--{name}", value)]
    running = start_server(tmp_path / "data", workers=2, args=args)
    running.given = given  # type: ignore[attr-defined]
    yield running
    running.stop()


def settings_of(server: Server) -> dict[str, str]:
    given: dict[str, str] = server.given  # type: ignore[attr-defined]
    return {"data": str(server.data)} | {name.replace("-", "_"): value for name, value in given.items()}


@contextmanager
def collecting(server: Server, count: int = 2) -> Iterator[list[int]]:
    """Processes, as far as database and store can tell, that collect as fast as they can."""
    stopped, rounds = threading.Event(), list[int]()

    async def work() -> None:
        async with composition.opened(from_flags(settings_of(server), {})[0]) as app:
            while not stopped.is_set():
                rounds.append((await gc.collect(app)).objects)
                # Pushes have to get through now and then: without a delay any moment between is too long.
                await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))

    with ThreadPoolExecutor(count) as threads:
        running = [threads.submit(asyncio.run, work()) for _ in range(count)]
        try:
            yield rounds
        finally:
            stopped.set()
            for each in running:
                each.result()


def push(oci: Oci, repository: str, image: Image, tag: str) -> int:
    """Pushes until the manifest is taken: layers may be gone before it comes. Returns how often that was tried."""
    for attempt in range(1, MOST_TRIES):
        for blob in image.blobs:
            oci.push_blob(repository, blob)
        answer = oci.put_manifest(repository, tag, image.manifest, image.media_type).expect(201, 400)
        if answer.status == 201:
            return attempt
        assert set(answer.codes) == {"MANIFEST_BLOB_UNKNOWN"}
    raise AssertionError(f"{MOST_TRIES} pushes in vain")


def test_every_acknowledged_image_pulls_whole(server: Server) -> None:
    oci = Oci(server.url, server.password())
    for name in ("even", "odd"):
        server.create_repository(name)

    def client(number: int) -> int:
        tries, repository = 0, ("even", "odd")[number % 2]
        for turn in range(TURNS):
            image = image_of(number, turn)
            tries += push(oci, repository, image, f"t{number}")
            assert oci.pull_image(repository, f"t{number}") == image.contents()
            if turn < TURNS - 1:
                oci.delete_manifest(repository, image.digest).expect(202)
        return tries

    with collecting(server) as rounds, ThreadPoolExecutor(CLIENTS) as threads:
        tries = sum(threads.map(client, range(CLIENTS)))
    print(f"{tries} pushes for {CLIENTS * TURNS}, {len(rounds)} rounds, {sum(rounds)} objects deleted")  # noqa: T201
    assert sum(rounds)
    for number in range(CLIENTS):
        image = image_of(number, TURNS - 1)
        assert oci.pull_image(("even", "odd")[number % 2], f"t{number}") == image.contents()
    asyncio.run(nothing_is_left(server, 2 + 2 * CLIENTS))


def test_an_index_and_its_children_come_and_go(server: Server) -> None:
    oci = Oci(server.url, server.password())
    server.create_repository("even")

    def client(number: int) -> None:
        for turn in range(TURNS):
            child = image_of(number, turn)
            index = make_index({"amd64": child})
            push(oci, "even", child, f"child-{number}")
            oci.put_manifest("even", f"index-{number}", index.manifest, index.media_type).expect(201)
            assert oci.pull_image("even", f"index-{number}") == index.contents()
            for image in (index, child):
                oci.delete_manifest("even", image.digest).expect(202)

    with collecting(server), ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(client, range(CLIENTS)))
    asyncio.run(nothing_is_left(server, 0))


async def nothing_is_left(server: Server, objects: int) -> None:
    """One more round, and store and database agree."""
    async with composition.opened(from_flags(settings_of(server), {})[0]) as app:
        await gc.collect(app)
        found = await gc_verify.verify(app)
        assert found.sound, found
        assert (found.blobs, found.objects) == (objects, objects)
