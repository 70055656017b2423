"""Layers in a bucket, sealed by us or by the store: damaged there, and repaired from another bucket or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot import app_replicas
from entrepot.ports import Replica
from tests.gc.world import World
from tests.s3.conftest import new_place
from tests.support.images import digest_of, make_image, random_bytes
from tests.support.seaweed import Seaweed, seaweed
from tests.verify.conftest import check, objects

IMAGE = make_image([random_bytes(2_500_000, "in a bucket")])
LAYER = digest_of(IMAGE.blobs[1])


class Corner:
    """A corner of a bucket."""

    def __init__(self, weed: Seaweed, place: str) -> None:
        self.client: Any = weed.client()
        self.place = place
        self.bucket, _, prefix = place.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix}/"

    def key(self, object_id: str) -> str:
        return f"{self.prefix}objects/{object_id[:2]}/{object_id}"

    def get(self, object_id: str) -> bytes:
        return self.client.get_object(Bucket=self.bucket, Key=self.key(object_id))["Body"].read()

    def put(self, object_id: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=self.key(object_id), Body=content)

    def delete(self, object_id: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self.key(object_id))


@pytest.fixture(scope="module", params=["server", "redirect"])
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """On SeaweedFS, with layers that are sealed by us, and by the store."""
    weed = seaweed()
    flags = {
        "data": str(tmp_path_factory.mktemp("s3") / "data"),
        "blobs": new_place(),
        "s3_endpoint_url": weed.url,
        "s3_path_style": "true",
        "blob_delivery": request.param,
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in weed.env.items():
            patched.setenv(name, value)
        made = World(flags)
        made.create("one")
        made.push("one", IMAGE, "latest")
        yield made
        made.close()


@pytest.fixture
def corner(deployment: World) -> Corner:
    return Corner(seaweed(), str(deployment.settings.blobs).rstrip("/"))


@pytest.fixture
def copy(deployment: World, corner: Corner) -> Iterator[Replica]:
    """Another corner with the same objects."""
    there = Corner(seaweed(), new_place())
    for object_id in objects(deployment).values():
        there.put(object_id, corner.get(object_id))
    replica = app_replicas.open_replica(deployment.settings, there.place)
    yield replica
    deployment.run(replica.close())


def test_it_is_sound(deployment: World) -> None:
    found = check(deployment)
    assert (found.blobs, found.count, found.sound) == (2, 0, True)


@pytest.mark.parametrize("damage", ["bit", "short", "long", "gone", "empty"])
def test_damage_in_a_bucket(deployment: World, corner: Corner, copy: Replica, damage: str) -> None:
    object_id = objects(deployment)[LAYER]
    content = corner.get(object_id)
    if damage == "gone":
        corner.delete(object_id)
    else:
        flipped = content[:100] + bytes([content[100] ^ 1]) + content[101:]
        changed = {"bit": flipped, "short": content[:-1], "long": content + b"x", "empty": b""}[damage]
        corner.put(object_id, changed)
    [finding] = check(deployment).findings
    assert (finding.kind, finding.digest) == ("missing" if damage == "gone" else "damaged", LAYER)
    assert finding.store == f"{corner.place}/"
    found = check(deployment, copy)
    assert (found.repaired, found.sound) == (1, True)
    assert deployment.content("one", LAYER) == IMAGE.blobs[1]
    assert check(deployment).count == 0


def test_a_folder_holds_what_we_sealed_and_nothing_else(deployment: World, corner: Corner, tmp_path: Path) -> None:
    sealed = deployment.settings.blob_delivery == "server"
    object_id = objects(deployment)[LAYER]
    content = corner.get(object_id)
    (there := tmp_path / object_id[0] / object_id[1]).mkdir(parents=True)
    (there / object_id).write_bytes(content)
    corner.delete(object_id)
    replica = app_replicas.open_replica(deployment.settings, str(tmp_path))
    found = check(deployment, replica)
    deployment.run(replica.close())
    assert (found.repaired, found.sound) == (int(sealed), sealed)
    if not sealed:
        corner.put(object_id, content)
