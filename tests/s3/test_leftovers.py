"""What broken uploads leave in the bucket: unfinished multipart uploads and segments that nobody goes on with."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from entrepot import app as root
from entrepot.blobs.s3 import S3Store
from entrepot.context import App
from entrepot.services.sweeping import sweep
from entrepot.settings_sources import load
from tests.conftest import StartServer
from tests.contracts.stores import SMALLEST_PART, s3
from tests.s3.conftest import flags, new_place
from tests.support.oci import Oci
from tests.support.seaweed import Seaweed

MIB = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> S3Store:
    return s3(tmp_path)


def broken_off(store: S3Store, object_id: str) -> None:
    """As a process leaves it that is killed in the middle of a large layer."""
    writer = store.create(object_id)
    writer.write(bytes(2 * SMALLEST_PART + 1))


def test_what_is_begun_is_found_once_it_rests(store: S3Store) -> None:
    object_id = uuid.uuid4().hex
    broken_off(store, object_id)
    assert list(store.leftovers(time.time() - 60)) == []
    assert {owner for owner, _ in store.objects()} == {object_id}
    assert list(store.whole()) == [], "a blob whose object is gone would seem to be there"
    found = list(store.leftovers(time.time() + 60))
    assert [owner for owner, _ in found] == [object_id]
    for _ in range(2):
        store.drop(found[0][1])
    assert list(store.leftovers(time.time() + 60)) == list(store.objects()) == []


def test_deleting_takes_everything_along(store: S3Store) -> None:
    object_id, other = uuid.uuid4().hex, uuid.uuid4().hex
    for name in (object_id, other):
        first = store.create(name)
        first.write(b"first")
        again = store.resume(name, first.checkpoint())
        again.write(b"second")
        again.checkpoint()
        broken_off(store, name)
    store.delete(object_id)
    assert {owner for owner, _ in store.objects()} == {other}
    assert {owner for owner, _ in store.leftovers(time.time() + 60)} == {other}


def test_names_that_begin_with_others_are_listed(store: S3Store) -> None:
    """A driver lost such: https://github.com/distribution/distribution/issues/4898."""
    name = uuid.uuid4().hex
    names = {name, f"{name}-0", f"{name}-1", f"{name}-10"}
    for each in names:
        writer = store.create(each)
        writer.write(b"x")
        writer.commit()
    assert {owner for owner, _ in store.objects()} == names


def test_a_killed_server_leaves_nothing_for_ever(start_on_s3: StartServer, weed: Seaweed, tmp_path: Path) -> None:
    place = new_place()
    server = start_on_s3(tmp_path / "data", place=place, args=["--work", "false"])
    server.create_repository("app")
    client = Oci(server.url, server.password())
    kept = client.push_blob("app", b"kept")
    lost, going_on = client.begin_upload("app"), client.begin_upload("app")
    going_on = client.location(client.upload_chunk(going_on, 0, b"acknowledged").expect(202))
    broken = [cut(client, location, 30 * MIB) for location in (lost, going_on)]
    server.kill_hard()
    for connection in broken:
        connection.close()

    async def later(hours: int) -> set[str]:
        settings, _ = load(["--data", str(tmp_path / "data"), *flags(place, weed.url)], {})
        async with root.opened(settings) as app:
            await sweep(aged(app, hours))
            return {owner for owner, _ in await app.blobs.leftovers(time.time() + 60)}

    with pytest.MonkeyPatch.context() as patch:
        for name, value in weed.env.items():
            patch.setenv(name, value)
        assert len(asyncio.run(later(2))) == 2
        again = start_on_s3(tmp_path / "data", place=place, args=["--work", "false"])
        client = Oci(again.url, again.password())
        client.upload_chunk(going_on, 12, b" and more").expect(202)
        assert client.get_blob("app", kept).expect(200).body == b"kept"
        again.stop()
        assert asyncio.run(later(30)) == set()


def aged(app: App, hours: int) -> App:
    return replace(app, clock=lambda: root.utc_now() + timedelta(hours=hours))


def cut(client: Oci, location: str, size: int) -> HTTPConnection:
    """A body that ends before its time, once parts of it are stored."""
    connection = client.connect()
    connection.putrequest("PATCH", location)
    connection.putheader("Content-Length", str(2 * size))
    for name, value in client.authorization().items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(bytes(size))
    client.begin_upload("app")  # the server is at it in the meantime
    return connection
