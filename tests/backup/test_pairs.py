"""A database and a store of different moments, on both engines, with a folder and with S3."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from psycopg.conninfo import conninfo_to_dict

from entrepot.context import RepositoryRef
from entrepot.doctor import stores
from entrepot.doctor.site import Site
from entrepot.meta import store_marks
from entrepot.services import gc_verify, image_deletion, pair_check, pairing, sweeping
from entrepot.services.image_ids import ImageId
from tests.backup.places import opened
from tests.gc.world import REGISTRY, World
from tests.support.images import digest_of, make_image, make_index, tiny_image
from tests.support.postgres import cluster
from tests.support.seaweed import bucket, seaweed

ONE = RepositoryRef(REGISTRY, "one")
EARLY, LATE = tiny_image("early"), tiny_image("late")
HOUR = 3600


class Store(Protocol):
    """A store of layers that is put back to what it was, and whose objects age."""

    flags: dict[str, str]

    def copy(self) -> dict[str, bytes]: ...
    def put_back(self, content: dict[str, bytes]) -> None: ...
    def age(self) -> None: ...


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.flags = {"blobs": str(root)}

    def copy(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def put_back(self, content: dict[str, bytes]) -> None:
        for path in self.root.rglob("*"):
            if path.is_file():
                path.unlink()
        for path, data in content.items():
            Path(path).write_bytes(data)

    def age(self) -> None:
        """By three hours."""
        then = time.time() - 3 * HOUR
        for path in self.root.rglob("*"):
            os.utime(path, (then, then))


class Corner:
    """A corner of a bucket, whose objects age by the clock of the deployment alone."""

    def __init__(self, name: str) -> None:
        weed = seaweed()
        self.flags = {"blobs": f"s3://{bucket()}/{name}", "s3_endpoint_url": weed.url, "s3_path_style": "true"}
        self.prefix = f"{name}/"
        self.client = weed.client()

    def copy(self) -> dict[str, bytes]:
        listed = self.client.list_objects_v2(Bucket=bucket(), Prefix=self.prefix).get("Contents", [])
        return {each["Key"]: self.client.get_object(Bucket=bucket(), Key=each["Key"])["Body"].read() for each in listed}

    def put_back(self, content: dict[str, bytes]) -> None:
        for key in self.copy():
            self.client.delete_object(Bucket=bucket(), Key=key)
        for key, data in content.items():
            self.client.put_object(Bucket=bucket(), Key=key, Body=data)

    def age(self) -> None:
        pass


class Deployment:
    """One that is stopped and started, and whose database is put back to what it was."""

    def __init__(self, data: Path, store: Store, engine: str) -> None:
        self.data = data
        self.store = store
        self.engine = engine
        self.database = cluster().fresh() if engine == "postgres" else ""

    def open(self) -> World:
        return World(
            {"data": str(self.data), **self.store.flags} | ({"database": self.database} if self.database else {})
        )

    def copy_database(self) -> str:
        """Of a deployment that does not run."""
        if self.database:
            name = cluster().create(str(conninfo_to_dict(self.database)["dbname"]))
            return cluster().url(name)
        copied = self.data / f"{len(list(self.data.iterdir()))}.db"
        shutil.copy(self.data / "entrepot.db", copied)
        return str(copied)

    def put_back(self, database: str) -> None:
        if self.database:
            self.database = database
        else:
            shutil.copy(database, self.data / "entrepot.db")


@pytest.fixture(params=["sqlite-folder", "postgres-s3"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    engine, _, kind = request.param.partition("-")
    if kind == "s3":
        for name, value in seaweed().env.items():
            monkeypatch.setenv(name, value)
    store = Folder(tmp_path / "layers") if kind == "folder" else Corner(tmp_path.name)
    return Deployment(tmp_path / "data", store, engine)


def advance(here: World) -> None:
    here.run(pairing.advance(here.app))


def sweep(here: World) -> int:
    return here.run(sweeping.sweep_orphans(here.app))


def present(here: World) -> set[str]:
    return {place.object_id for place in here.run(here.app.blobs.present())}


def later(deployment: Deployment) -> tuple[str, dict[str, bytes], set[str]]:
    """A deployment with an early image and then a late one; the database and the store as they were before that."""
    here = deployment.open()
    here.create("one")
    here.push("one", EARLY, "early")
    advance(here)
    here.close()
    database, content = deployment.copy_database(), deployment.store.copy()
    here = deployment.open()
    advance(here)
    here.push("one", LATE, "late")
    advance(here)
    deployment.store.age()
    objects = present(here)
    here.close()
    return database, content, objects


def test_a_database_that_is_older_than_the_store(deployment: Deployment) -> None:
    database, _, objects = later(deployment)
    newer = deployment.copy_database()
    deployment.put_back(database)
    here = deployment.open()
    here.turned = pairing.INTERVAL * 180
    advance(here)
    assert sweep(here) == 0
    here.run(image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(EARLY.digest)))
    here.collect_everything()
    assert present(here) == objects
    found = here.run(gc_verify.verify(here.app))
    assert "newer than the database" in found.apart
    assert not found.sound
    assert [each.code for each in here.run(stores.check_pair(Site(here.settings, app=here.app)))] == ["pair"]
    here.close()
    # The newer database turns up: nothing of what it has was lost.
    deployment.put_back(newer)
    here = deployment.open()
    for image in (EARLY, LATE):
        assert here.content("one", digest_of(image.layers[0])) == image.layers[0]
    assert here.run(pair_check.check(here.app)).sound
    assert here.run(pairing.apart(here.app)) == ""
    assert here.run(stores.check_pair(Site(here.settings, app=here.app))) == []
    here.close()


def test_a_pair_that_is_accepted_is_swept_again(deployment: Deployment) -> None:
    database, _, objects = later(deployment)
    deployment.put_back(database)
    here = deployment.open()
    here.turned = pairing.INTERVAL * 180
    found = here.run(pair_check.check(here.app))
    assert found.sound
    assert "newer" in found.apart
    assert found.unknown == len(LATE.blobs)
    here.run(pairing.accept(here.app))
    assert here.run(pairing.apart(here.app)) == ""
    advance(here)
    assert sweep(here) == len(LATE.blobs)
    assert len(objects - present(here)) == len(LATE.blobs)
    assert here.run(pair_check.check(here.app)).sound
    here.close()


def test_a_store_that_is_older_than_the_database(deployment: Deployment) -> None:
    _, content, _ = later(deployment)
    deployment.store.put_back(content)
    here = deployment.open()
    found = here.run(pair_check.check(here.app))
    assert [(each.repository, each.digest, each.tags) for each in found.images] == [("one", LATE.digest, ("late",))]
    assert set(found.images[0].lacks) == {digest_of(data) for data in LATE.blobs}
    assert "older" in found.apart
    assert {each.stored for each in found.lost} == {None}
    removed = here.run(pair_check.repair(here.app))
    assert removed.images == found.images
    again = here.run(pair_check.check(here.app))
    assert again.sound
    assert again.apart == ""
    assert again.blobs == len(EARLY.blobs)
    assert here.content("one", digest_of(EARLY.layers[0])) == EARLY.layers[0]
    here.push("one", LATE, "late")  # all of it is sent again, and stored
    assert here.content("one", digest_of(LATE.layers[0])) == LATE.layers[0]
    assert here.run(gc_verify.verify(here.app)).missing == []
    here.close()


def test_a_store_and_a_database_that_were_both_put_back(deployment: Deployment) -> None:
    database, content, _ = later(deployment)
    deployment.put_back(database)
    deployment.store.put_back(content)
    here = deployment.open()
    found = here.run(pair_check.check(here.app))
    assert (found.sound, found.apart, found.unknown) == (True, "", 0)
    advance(here)
    here.close()


def test_a_store_that_is_not_the_one(deployment: Deployment) -> None:
    later(deployment)
    deployment.store.put_back({})
    here = deployment.open()
    assert "older than the database, or not the one" in here.run(pairing.apart(here.app))
    here.close()


def test_a_process_that_dies_between_the_steps(deployment: Deployment) -> None:
    """Wherever it does, the next one goes on."""
    here = deployment.open()
    advance(here)
    store = here.app.blobs.begin("", b"").store
    for written in (False, True):
        known = here.run(here.app.db.read(store_marks.find_marks, store))
        mark = pairing.following(known, here.app.new_id().replace("-", ""))
        here.run(here.app.db.write(store_marks.announce, store, known, mark, 0))
        if written:
            here.run(here.app.blobs.set_mark(f"{mark}\n"))
        assert here.run(pairing.apart(here.app)) == ""
        advance(here)
        moved = here.run(here.app.db.read(store_marks.find_marks, store))
        assert moved
        assert (moved.agreed, moved.upcoming) == (mark, None)
    here.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path / "data") as made:
        made.create("one")
        yield made


def test_an_image_goes_with_the_indexes_that_list_it(here: World) -> None:
    shared = tiny_image("shared")
    whole, broken = make_image([*shared.layers, b"whole" * 99]), make_image([*shared.layers, b"broken" * 99])
    index = make_index({"amd64": whole, "arm64": broken})
    around = make_index({"amd64": index})
    here.push("one", around, "around")
    here.push("one", shared, "shared")
    lost = here.file(digest_of(broken.layers[1]))
    lost.unlink()
    found = here.run(pair_check.check(here.app))
    assert {each.digest for each in found.images} == {broken.digest, index.digest, around.digest}
    assert [each.named.object_id for each in found.lost] == [lost.name]
    here.run(pair_check.repair(here.app))
    assert here.run(pair_check.check(here.app)).sound
    here.collect_everything()
    assert here.content("one", digest_of(whole.layers[1])) == whole.layers[1]
    assert here.run(gc_verify.verify(here.app)).sound


def test_an_object_of_another_length_is_replaced_when_it_is_pushed_again(here: World) -> None:
    here.push("one", EARLY)
    path = here.file(digest_of(EARLY.layers[0]))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"more")
    found = here.run(pair_check.check(here.app))
    assert [each.stored for each in found.lost] == [path.stat().st_size]
    here.run(pair_check.repair(here.app))
    here.push("one", EARLY)
    assert here.content("one", digest_of(EARLY.layers[0])) == EARLY.layers[0]
    here.collect_everything()
    assert not path.exists()


def test_a_layer_that_its_repository_lost(here: World) -> None:
    here.push("one", EARLY, "early")
    here.run(here.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM repository_blobs")))
    found = here.run(pair_check.check(here.app))
    assert [(each.digest, set(each.lacks)) for each in found.images] == [
        (EARLY.digest, {digest_of(data) for data in EARLY.blobs})
    ]
    here.run(pair_check.repair(here.app))
    assert here.run(pair_check.check(here.app)).sound


def test_what_comes_in_meanwhile_is_no_finding(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    listing, image = here.app.blobs.sizes, tiny_image("meanwhile")
    names = [digest_of(data) for data in image.blobs]

    async def sizes() -> object:
        found = await listing()
        monkeypatch.undo()
        gone = {here_file.name for here_file in files}
        return {place: size for place, size in found.items() if place.object_id not in gone}

    here.push("one", image)
    files = [here.file(name) for name in names]
    monkeypatch.setattr(type(here.app.blobs), "sizes", lambda _self: sizes())
    assert here.run(pair_check.check(here.app)).sound
