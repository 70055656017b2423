"""What is damaged is found, told exactly, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from entrepot.blobs.frames import FRAME, Layout
from entrepot.context import RepositoryRef
from entrepot.errors import StorageUnavailable
from entrepot.meta import readback
from entrepot.meta.tables import blobs, data_keys, images, manifests
from entrepot.rules.sampling import Sample
from entrepot.services import blob_copies, blob_storage, image_deletion, uploads, verify, verify_run
from entrepot.services.image_ids import ImageId
from entrepot.services.verify_run import Orders
from entrepot.services.verifying import Found
from tests.gc.world import ACCOUNT, REGISTRY, World, body
from tests.support.images import Image, digest_of, make_image, make_index, random_bytes, tiny_image
from tests.verify.conftest import check, flip, objects, overwrite, set_manifest

LARGE = make_image([random_bytes(3 * FRAME + 500, "large")])
SMALL = tiny_image("small")
LAYER = digest_of(LARGE.blobs[1])
STORED = Layout().stored_size(len(LARGE.blobs[1]))


@pytest.fixture
def full(here: World) -> World:
    """`LARGE` in both repositories, by tags and by an index, and `SMALL`."""
    here.push("one", make_index({"amd64": LARGE}), "multi")
    here.push("one", LARGE, "large", "latest")
    here.push("two", LARGE)
    here.push("two", SMALL, "small")
    return here


def test_a_healthy_deployment_is_sound(full: World) -> None:
    found = check(full)
    assert (found.blobs, found.manifests, found.count, found.sealed) == (4, 4, 0, {})
    sizes = [len(data) for image in (LARGE, SMALL) for data in image.blobs]
    payloads = [make_index({"amd64": LARGE}).manifest, LARGE.manifest, LARGE.manifest, SMALL.manifest]
    assert found.size == sum(sizes) + sum(map(len, payloads))
    assert found.sound
    assert found.agreement is not None
    assert found.agreement.sound


@pytest.mark.parametrize("frame", range(4))
def test_a_flipped_bit_is_told_with_its_frame_and_who_needs_it(full: World, frame: int) -> None:
    path = full.file(LAYER)
    flip(path, frame * Layout().sealed_frame + 200)
    found = check(full)
    [finding] = found.findings
    assert (finding.kind, finding.what, finding.digest, finding.frame) == ("damaged", "blob", LAYER, frame)
    assert (finding.object_id, finding.store, finding.size) == (path.name, "", len(LARGE.blobs[1]))
    needing = [(each.account, each.region, each.repository, each.tags) for each in finding.needing]
    assert sorted(needing) == [
        (ACCOUNT, "us-east-1", "one", ("large", "latest", "multi")),
        (ACCOUNT, "us-east-1", "two", ()),
    ]
    assert not found.sound
    assert (found.blobs, found.kinds["damaged"], found.repaired) == (4, 1, 0)


@pytest.mark.parametrize("position", [0, 11, 12, STORED - 1])
def test_nonce_and_tag_count_too(full: World, position: int) -> None:
    flip(full.file(LAYER), position)
    assert [each.digest for each in check(full).findings] == [LAYER]


@pytest.mark.parametrize(
    "change",
    [
        lambda _content: b"",
        lambda content: content[:-1],
        lambda content: content[: Layout().sealed_frame],
        lambda content: content + b"x",
        lambda content: content[Layout().sealed_frame :] + content[: Layout().sealed_frame],
    ],
    ids=["empty", "a byte short", "frames short", "a byte long", "frames moved"],
)
def test_a_file_of_another_shape(full: World, change: Callable[[bytes], bytes]) -> None:
    path = full.file(LAYER)
    overwrite(path, change(path.read_bytes()))
    [finding] = check(full).findings
    assert (finding.kind, finding.digest) == ("damaged", LAYER)


def test_swapped_objects(full: World) -> None:
    first, second = full.file(LAYER), full.file(digest_of(SMALL.blobs[1]))
    contents = first.read_bytes(), second.read_bytes()
    overwrite(first, contents[1])
    overwrite(second, contents[0])
    found = check(full)
    assert {each.digest for each in found.findings} == {LAYER, digest_of(SMALL.blobs[1])}
    assert {each.kind for each in found.findings} == {"damaged"}


def test_rows_that_were_swapped(full: World) -> None:
    """Every frame opens, and what comes out has another digest, or another length."""
    first, second = digest_of(LARGE.blobs[0]), digest_of(SMALL.blobs[0])
    names = objects(full)

    def point(digest: str, object_id: str) -> None:
        change = update(blobs).where(blobs.c.digest == digest).values(object_id=object_id)
        full.run(full.app.db.write(lambda c: c.execute(change)))

    point(first, "0" * 32)
    point(second, names[first])
    point(first, names[second])
    found = check(full)
    assert {each.digest for each in found.findings} == {first, second}


def test_a_missing_object_is_told_once(full: World) -> None:
    full.file(LAYER).unlink()
    found = check(full)
    [finding] = found.findings
    assert (finding.kind, finding.digest) == ("missing", LAYER)
    assert found.agreement is not None
    assert [each.digest for each in found.agreement.missing] == [LAYER]


def test_a_missing_object_outside_the_sample_is_told_too(full: World) -> None:
    full.file(LAYER).unlink()
    seed = next(seed for seed in map(str, range(99)) if not Sample(0.2, seed).holds(LAYER))
    found = check(full, orders=Orders(Sample(0.2, seed)))
    assert [(each.kind, each.digest) for each in found.findings] == [("missing", LAYER)]
    assert not found.sound


@pytest.mark.parametrize("payload", [b"", LARGE.manifest + b" ", SMALL.manifest])
def test_a_damaged_manifest(full: World, payload: bytes) -> None:
    set_manifest(full, LARGE.digest, payload)
    found = check(full)
    assert [(each.kind, each.what, each.digest) for each in found.findings] == [
        ("damaged", "manifest", LARGE.digest)
    ] * 2
    assert {(need.repository, need.tags) for each in found.findings for need in each.needing} == {
        ("one", ("large", "latest", "multi")),
        ("two", ()),
    }


def test_a_manifest_without_its_row(full: World) -> None:
    image = select(images.c.id).where(images.c.digest == SMALL.digest)
    full.run(full.app.db.write(lambda c: c.execute(delete(manifests).where(manifests.c.image_id.in_(image)))))
    assert [(each.kind, each.digest) for each in check(full).findings] == [("missing", SMALL.digest)]


def test_a_data_key_that_does_not_open(full: World) -> None:
    change = update(data_keys).where(data_keys.c.scope.like("registry/%")).values(wrapped=os.urandom(60))
    before = full.run(full.app.db.read(lambda c: c.execute(select(data_keys)).all()))
    full.run(full.app.db.write(lambda c: c.execute(change)))
    fresh = replace(full.app, keyring=type(full.app.keyring)(*_made_of(full)))
    try:
        found = full.run(verify.read_back(fresh, Orders()))
    finally:
        for row in before:
            restored = update(data_keys).where(data_keys.c.id == row.id).values(wrapped=row.wrapped)
            full.run(full.app.db.write(lambda c, r=restored: c.execute(r)))
    assert [each.why for each in found.findings] == ["its data key does not open"] * 4


def _made_of(here: World) -> tuple[Any, ...]:
    keyring: Any = here.app.keyring
    return keyring._db, keyring._masters, here.clock, keyring._access


def test_sha512(here: World) -> None:
    content = os.urandom(100_000)
    digest = digest_of(content, "sha512")
    here.run(uploads.put_whole(here.app, here.ctx(), RepositoryRef(REGISTRY, "one"), digest, body(content)))
    assert check(here).sound
    flip(here.file(digest), 5)
    [finding] = check(here).findings
    assert (finding.digest, finding.needing[0].repository, finding.needing[0].tags) == (digest, "one", ())


def test_many_blobs_in_pages(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_run, "PAGE", 7)
    contents = [f"blob {number}".encode() for number in range(40)]
    for content in contents:
        here.upload("one", content)
    bad = [digest_of(contents[number]) for number in (0, 6, 7, 39)]
    for digest in bad:
        flip(here.file(digest), 0)
    told = list[int]()
    found = check(here, orders=Orders(told=lambda found: told.append(found.blobs)))
    assert sorted(each.digest for each in found.findings) == sorted(bad)
    assert found.blobs == 40
    assert sorted(told) == told
    assert told[-1] == 40


def test_of_very_many_findings_the_first_are_kept_and_all_are_counted(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.services.verifying.MOST_FINDINGS", 3)
    for number in range(8):
        here.file(here.upload("one", f"{number}".encode())).unlink()
    found = check(here)
    assert (len(found.findings), found.count, found.kinds["missing"]) == (3, 8, 8)
    assert not found.sound


def test_a_store_that_does_not_give_a_blob_out(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a bad sector does: that one is told, and the others are read."""
    bad = full.file(LAYER).name
    whole = type(full.app.blobs).check

    async def refuse(self: Any, blob: Any, digest: str, told: Any) -> None:
        if blob.object_id == bad:
            raise StorageUnavailable
        await whole(self, blob, digest, told)

    monkeypatch.setattr(type(full.app.blobs), "check", refuse)
    found = check(full)
    assert [(each.kind, each.digest) for each in found.findings] == [("unread", LAYER)]
    assert found.blobs == 4


def test_a_store_that_is_away_ends_it(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_anything: object) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(type(full.app.blobs), "check", refuse)
    monkeypatch.setattr(verify_run, "MOST_REFUSALS", 3)
    with pytest.raises(StorageUnavailable):
        check(full)


def test_what_is_deleted_or_moved_meanwhile_is_no_finding(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One blob goes, with its image, and another is given another object, between the row and its bytes."""
    moved, gone = full.file(LAYER), full.file(digest_of(SMALL.blobs[1]))
    whole, done = type(full.app.blobs).check, list[str]()

    async def change(object_id: str) -> None:
        done.append(object_id)
        if object_id == gone.name:
            await image_deletion.delete_one(full.app, full.ctx(), RepositoryRef(REGISTRY, "two"), ImageId(SMALL.digest))
            query = select(blobs.c.id).where(blobs.c.object_id == object_id)
            await full.app.db.write(lambda c: c.exec_driver_sql("DELETE FROM layer_reviews"))
            ids = await full.app.db.read(lambda c: c.execute(query).scalars().all())
            for table, column in (("repository_blobs", "blob_id"), ("blob_reviews", "blob_id"), ("blobs", "id")):
                statement = f"DELETE FROM {table} WHERE {column} = {ids[0]}"  # noqa: S608 - a number
                await full.app.db.write(lambda c, s=statement: c.exec_driver_sql(s))
            gone.unlink()
        if object_id == moved.name:
            row = await full.app.db.read(lambda c: _row(c, object_id))
            stored = await blob_storage.stored(full.app, row)
            await blob_copies.replace(full.app, row, full.app.blobs.read(stored, 0, row.size))
            moved.unlink()

    async def check_later(self: Any, blob: Any, digest: str, told: Any) -> None:
        if blob.object_id in {moved.name, gone.name} and blob.object_id not in done:
            await change(blob.object_id)
        await whole(self, blob, digest, told)

    monkeypatch.setattr(type(full.app.blobs), "check", check_later)
    found = full.run(verify.read_back(full.app, Orders()))
    assert sorted(done) == sorted([moved.name, gone.name])
    assert found.findings == []
    assert found.blobs == 3


def _row(connection: Any, object_id: str) -> Any:
    pages = readback.page_of_blobs(connection, 0, 1000)
    return next(each for each in pages if each.object_id == object_id)


def test_a_large_blob_takes_little_memory(here: World) -> None:
    async def pieces(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece
            await asyncio.sleep(0)

    piece = os.urandom(FRAME)
    hasher = hashlib.sha256()
    for _ in range(96):
        hasher.update(piece)
    digest = f"sha256:{hasher.hexdigest()}"
    here.run(uploads.put_whole(here.app, here.ctx(), RepositoryRef(REGISTRY, "one"), digest, pieces(96)))
    check(here)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert check(here).size == 96 * FRAME
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def sampled(found: Found) -> tuple[int, int]:
    return found.blobs, found.size


def test_a_sample_is_the_same_each_time(here: World) -> None:
    for number in range(60):
        here.upload("one", f"content {number}".encode())
    every = [sampled(check(here, orders=Orders(Sample(0.3, seed)))) for seed in ("a", "a", "b")]
    assert every[0] == every[1] != every[2]
    assert 5 < every[0][0] < 35


def _images(count: int) -> list[Image]:
    return [tiny_image(number) for number in range(count)]


def test_manifests_are_sampled_too(here: World) -> None:
    for image in _images(30):
        here.push("one", image)
    found = check(here, orders=Orders(Sample(0.5, "seed")))
    assert 5 < found.manifests < 25
