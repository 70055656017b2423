"""A rolling upgrade: a node of the previous release and one of this work side by side on one data folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from entrepot import app as composition
from entrepot.meta.schema import HEAD
from entrepot.services import gc, gc_verify
from entrepot.settings_sources import from_flags
from tests.nodes.release import Release, previous
from tests.support.images import Image, digest_of, gzip_layer, make_image, random_bytes
from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.stored import Stored

pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return previous(tmp_path_factory.mktemp("previous"))


@dataclass(frozen=True, slots=True)
class Node:
    """A server and a client of it."""

    server: Server
    oci: Oci


@pytest.fixture
def old(release: Release, tmp_path: Path) -> Iterator[Node]:
    server = release.start(tmp_path / "data")
    server.create_repository("app")
    yield Node(server, Oci(server.url, server.password()))
    server.stop()


@pytest.fixture
def pushed_before(old: Node) -> Image:
    """What the old node pushed before the new one migrated the database."""
    old.oci.push_image("app", image := made("before"), "before")
    return image


@pytest.fixture
def new(pushed_before: Image, old: Node, tmp_path: Path) -> Iterator[Node]:
    """The new node, which starts beside the old one and migrates the database."""
    del pushed_before
    server = start_server(tmp_path / "data", args=["--work", "false", "--gc-delay", "0s"])
    yield Node(server, Oci(server.url, old.oci.password))
    server.stop()


BASE = gzip_layer({"base": random_bytes(50_000, "base")})


def made(seed: str) -> Image:
    """Images share a layer."""
    return make_image([BASE, gzip_layer({"own": random_bytes(20_000, seed)})])


def test_both_releases_work_side_by_side(old: Node, new: Node, pushed_before: Image) -> None:
    data = old.server.data
    pairs = [(old, new, "from-old"), (new, old, "from-new")]
    given_by_new = new.server.password()
    assert Oci(old.server.url, given_by_new).tags("app").status == 200
    assert Oci(new.server.url, given_by_new).tags("app").status == 200
    for one, _, name in pairs:
        one.server.create_repository(name)
    for one, other, name in pairs:
        assert other.oci.pull_image("app", "before") == pushed_before.contents()
        for tag in ("kept", "gone"):
            one.oci.push_image(name, made(f"{name} {tag}"), tag)
            assert other.oci.pull_image(name, tag) == made(f"{name} {tag}").contents()
        ranged = other.oci.get_blob(name, digest_of(BASE), {"Range": "bytes=40000-40009"})
        assert ranged.expect(206).body == BASE[40_000:40_010]
        other.oci.push_image(name, made(f"{name} other"), "other")
        other.oci.delete_manifest(name, made(f"{name} gone").digest).expect(202)
        one.oci.get_manifest(name, "gone").expect(404)
    wandering(old, new)
    new.server.boto3().delete_repository(repositoryName="from-old", force=True)
    old.oci.tags("from-old").expect(404)
    old.server.boto3().delete_repository(repositoryName="from-new", force=True)
    new.oci.tags("from-new").expect(404)
    assert old.server.terminate() == 0
    for log in (old.server.log, new.server.log):
        assert "Traceback" not in log.read_text()
    assert new.oci.pull_image("app", "before") == pushed_before.contents()
    asyncio.run(collected(data))
    assert set(Stored(data).rows("SELECT digest FROM blobs")) == {digest_of(blob) for blob in pushed_before.blobs}
    assert Stored(data).rows("PRAGMA foreign_key_check") == []
    assert new.oci.pull_image("app", "before") == pushed_before.contents()


WANDERING = random_bytes(3_000_000, "wandering")


def wandering(old: Node, new: Node) -> None:
    """Uploads that begin on a node of one release and end on the other."""
    for one, other in ((old, new), (new, old)):
        location = one.oci.begin_upload("app")
        one.oci.upload_chunk(location, 0, WANDERING[:1_100_000]).expect(202)
        other.oci.upload_chunk(location, 1_100_000, WANDERING[1_100_000:2_000_000]).expect(202)
        one.oci.upload_chunk(location, 2_000_000, WANDERING[2_000_000:]).expect(202)
        other.oci.finish_upload(location, digest_of(WANDERING)).expect(201)
        assert one.oci.get_blob("app", digest_of(WANDERING)).expect(200).body == WANDERING


async def collected(data: Path) -> None:
    """A day later: what the old node left is found, reviewed and gone, and all is in order."""
    settings, _ = from_flags({"data": str(data), "gc_delay": "0s"}, {})
    async with composition.opened(settings) as app:
        assert await gc.look_for_forgotten(app) > 0
        await gc.collect(app)
        await gc.collect(app)
        found = await gc_verify.verify(app)
    assert found.sound, found


def told(server: Server) -> list[str]:
    """The server's log, without who asked whether it is ready: that may be written a moment later."""
    return [line for line in server.log.read_text().splitlines() if '"path":"/readyz"' not in line]


def test_the_previous_release_does_not_start_on_the_new_schema(release: Release, new: Node, old: Node) -> None:
    """It knows of no later schema: what runs goes on, what is started anew has to be the new release."""
    del old
    before = told(new.server)
    assert current(new.server.data) == HEAD
    program = release.serve(new.server.data)
    try:
        with pytest.raises(AssertionError, match="ended with 1"):
            program.wait_until(lambda: False, 120)
    finally:
        program.stop()
    assert current(new.server.data) == HEAD
    assert told(new.server) == before
    new.oci.tags("app").expect(200)


def current(data: Path) -> str:
    (revision,) = Stored(data).rows("SELECT version_num FROM alembic_version")
    return revision
