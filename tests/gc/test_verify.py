"""What `gc verify` finds is there, and what is there it finds."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update

from entrepot.context import RepositoryRef
from entrepot.meta.tables import blobs, image_blobs, repository_blobs
from entrepot.ports import ObjectPlace
from entrepot.services import gc_verify, image_deletion
from entrepot.services.gc_verify import Verified
from entrepot.services.image_ids import ImageId
from tests.gc.world import DELAY, REGISTRY, World
from tests.support.images import digest_of, tiny_image

IMAGE = tiny_image("verified")
THREE_HOURS = 3 * 3600
ORPHAN = "0123456789abcdef" * 2


@pytest.fixture
def full(here: World) -> World:
    """With one image, two hours old."""
    here.push("one", IMAGE)
    return here


def verify(here: World) -> Verified:
    return here.run(gc_verify.verify(here.app))


def plant(folder: Path, name: str, age: float) -> Path:
    path = folder / name[0] / name[1] / name
    path.write_bytes(b"of nobody")
    os.utime(path, (then := time.time() - age, then))
    return path


def test_store_and_database_agree(full: World) -> None:
    assert verify(full) == Verified(2, 2, [], [], [], [], 0)


def test_a_missing_object(full: World) -> None:
    digest = digest_of(IMAGE.blobs[1])
    path = full.file(digest)
    path.unlink()
    found = verify(full)
    assert [str(each) for each in found.missing] == [f"{digest} ({path.name})"]
    assert not found.sound
    assert (found.dangling, found.orphans, found.forgotten, found.overdue) == ([], [], [], 0)


def test_an_object_that_lies_in_another_store_than_its_row_says(full: World) -> None:
    digest = digest_of(IMAGE.blobs[1])

    def move(connection: Connection) -> None:
        connection.execute(update(blobs).where(blobs.c.digest == digest).values(store="s3://elsewhere/"))

    full.run(full.app.db.write(move))
    assert [str(each) for each in verify(full).missing] == [f"{digest} ({full.file(digest).name})"]


def test_an_old_orphan_and_a_young_one(full: World) -> None:
    plant(full.folder, ORPHAN, THREE_HOURS)
    plant(full.folder, ORPHAN[::-1], 60)
    found = verify(full)
    assert found.orphans == [ORPHAN]
    assert found.missing == []
    assert not found.sound


def test_the_parts_of_an_upload_are_no_orphans(full: World) -> None:
    for name in (ORPHAN, f"{ORPHAN}-0"):
        plant(full.folder, name, THREE_HOURS)
    assert verify(full).orphans == [ORPHAN]


def test_a_dangling_layer(full: World) -> None:
    full.run(full.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM repository_blobs")))
    found = verify(full)
    assert [each.partition(" ")[0] for each in found.dangling] == sorted(digest_of(data) for data in IMAGE.blobs)
    assert len(found.forgotten) == 2
    assert not found.sound


def test_nobody_works(full: World) -> None:
    repo = RepositoryRef(REGISTRY, "one")
    full.run(image_deletion.delete_one(full.app, full.ctx(), repo, ImageId(IMAGE.digest)))
    full.turned += DELAY + gc_verify.GRACE / 2
    assert verify(full).sound
    full.turned += gc_verify.GRACE
    assert verify(full).overdue == 2
    full.collect()
    assert verify(full).sound


def test_what_changes_meanwhile_is_no_finding(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image that comes between the listing and the rows, and one that goes between the rows and the second look."""
    here, image = full, tiny_image("meanwhile")
    listing, again = here.app.blobs.present, []

    async def present() -> set[ObjectPlace]:
        found = await listing()
        if not again:
            again.append(True)
            return {each for each in found if each.object_id != gone.name}
        gone.unlink()
        for table in (image_blobs, repository_blobs, blobs):
            await here.app.db.write(lambda c, t=table: c.execute(delete(t).where(t.c.digest == digest)))
        return await listing()

    digest = digest_of(IMAGE.blobs[1])
    gone = here.file(digest)
    here.push("two", image)
    monkeypatch.setattr(type(here.app.blobs), "present", lambda _self: present())
    assert verify(here).missing == []
