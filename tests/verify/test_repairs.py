"""Repairs from a copy of the folder: only good bytes count, and whoever pulls meanwhile gets those."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from entrepot import app_replicas
from entrepot.errors import ContentDamaged, StorageFull, StorageUnavailable
from entrepot.meta.tables import object_deletions
from entrepot.ports import Replica, StoredBlob
from entrepot.settings import SettingsError
from tests.gc.world import World
from tests.support.images import digest_of, make_image, random_bytes, tiny_image
from tests.verify.conftest import check, flip, objects, overwrite, set_manifest

IMAGE = make_image([random_bytes(2_500_000, "repaired")])
LAYER = digest_of(IMAGE.blobs[1])


@pytest.fixture
def full(here: World) -> World:
    here.push("one", IMAGE, "latest")
    here.push("two", tiny_image("other"), "other")
    return here


@pytest.fixture
def copy(full: World, tmp_path: Path) -> Iterator[Replica]:
    """A copy of all objects, as a backup has it, that nobody may write to."""
    folder = tmp_path / "copy"
    shutil.copytree(full.folder, folder)
    before = set(folder.rglob("*"))
    replica = app_replicas.open_replica(full.settings, str(folder))
    yield replica
    full.run(replica.close())
    assert set(folder.rglob("*")) <= before


class Lying:
    """A replica that has `content` for everything."""

    name = "liar"

    def __init__(self, *content: bytes) -> None:
        self.content = content
        self.asked = list[tuple[str, list[str]]]()

    async def blob(self, blob: StoredBlob, digest: str, repositories: Sequence[str]) -> AsyncIterator[bytes]:
        del blob
        self.asked.append((digest, list(repositories)))
        for piece in self.content:
            yield piece

    async def manifest(self, digest: str, media_type: str, repositories: Sequence[str]) -> bytes:
        del media_type
        self.asked.append((digest, list(repositories)))
        return b"".join(self.content)

    async def close(self) -> None:
        pass


class Breaking(Lying):
    """One that breaks off in the middle."""

    async def blob(self, blob: StoredBlob, digest: str, repositories: Sequence[str]) -> AsyncIterator[bytes]:
        del blob, digest, repositories
        yield IMAGE.blobs[1][:1000]
        raise StorageUnavailable("It broke off.")


def test_a_damaged_blob_is_given_another_object(full: World, copy: Replica) -> None:
    path, before = full.file(LAYER), objects(full)
    flip(path, 3)
    found = check(full, copy)
    [finding] = found.findings
    assert finding.repair is not None
    assert (finding.repair.source, finding.repair.refusals) == (copy.name, [])
    assert found.sound
    assert full.content("one", LAYER) == IMAGE.blobs[1]
    after = objects(full)
    assert {digest for digest in before if before[digest] != after[digest]} == {LAYER}
    assert path.exists()
    again = check(full)
    assert (again.count, again.sound) == (0, True)
    full.turned += timedelta(hours=8)
    full.collect()
    assert not path.exists()
    assert full.content("one", LAYER) == IMAGE.blobs[1]


def test_a_missing_blob_comes_back(full: World, copy: Replica) -> None:
    full.file(LAYER).unlink()
    found = check(full, copy)
    assert [(each.kind, each.repaired) for each in found.findings] == [("missing", True)]
    assert found.sound
    assert full.content("one", LAYER) == IMAGE.blobs[1]
    assert check(full).sound


def test_a_whole_store_comes_back(full: World, copy: Replica) -> None:
    for digest in objects(full):
        full.file(digest).unlink()
    found = check(full, copy)
    assert (found.kinds["missing"], found.repaired) == (4, 4)
    assert check(full).sound


def test_a_copy_that_is_damaged_too_is_no_help(full: World, copy: Replica) -> None:
    other = Path(copy.name) / full.file(LAYER).relative_to(full.folder)
    for path in (full.file(LAYER), other):
        flip(path, 1_500_000)
    before = objects(full)
    found = check(full, copy)
    [finding] = found.findings
    assert finding.repair is not None
    assert finding.repair.source is None
    assert finding.repair.refusals == [f"{copy.name}: what it has is damaged, or something else"]
    assert objects(full) == before
    assert not found.sound
    other.unlink()
    [finding] = check(full, copy).findings
    assert finding.repair is not None
    assert finding.repair.refusals == [f"{copy.name}: it has no such object"]


WRONG = [
    (b"",),
    (IMAGE.blobs[1][:-1],),
    (IMAGE.blobs[1], b"x"),
    (bytes(len(IMAGE.blobs[1])),),
    (IMAGE.blobs[1][1:], IMAGE.blobs[1][:1]),
]


@pytest.mark.parametrize("content", WRONG, ids=["nothing", "short", "long", "zeros", "turned"])
def test_a_liar_changes_nothing_and_the_next_one_is_asked(
    full: World, copy: Replica, content: tuple[bytes, ...]
) -> None:
    flip(full.file(LAYER), 3)
    before, liar = objects(full), Lying(*content)
    found = check(full, liar)
    [finding] = found.findings
    assert not finding.repaired
    assert liar.asked == [(LAYER, ["one"])]
    assert objects(full) == before
    assert not found.sound
    with pytest.raises(ContentDamaged):
        full.content("one", LAYER)
    assert check(full, liar, Breaking(), copy).sound
    assert full.content("one", LAYER) == IMAGE.blobs[1]
    full.collect_everything()
    assert full.files() == set(objects(full).values())


def test_a_store_that_is_full_leaves_everything_as_it_was(
    full: World, copy: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip(full.file(LAYER), 3)
    before = objects(full)

    async def refuse(*_anything: object) -> Any:
        raise StorageFull

    with monkeypatch.context() as patched:
        patched.setattr(type(full.app.blobs), "append", refuse)
        [finding] = check(full, copy).findings
    assert finding.repair is not None
    assert "storage is full" in finding.repair.refusals[0]
    assert objects(full) == before
    assert check(full, copy).sound


def test_a_manifest_comes_from_a_registry_only(full: World, copy: Replica) -> None:
    set_manifest(full, IMAGE.digest, b"{}")
    found = check(full, copy, Lying(b"{}"))
    [finding] = found.findings
    assert finding.repair is not None
    assert finding.repair.source is None
    assert "holds no manifests" in finding.repair.refusals[0]
    assert "damaged, or something else" in finding.repair.refusals[1]
    assert check(full, Lying(IMAGE.manifest)).sound
    assert check(full).sound


def test_what_nobody_needs_is_repaired_too(here: World, tmp_path: Path) -> None:
    content = os.urandom(3000)
    digest = here.upload("one", content)
    shutil.copytree(here.folder, tmp_path / "copy")
    overwrite(here.file(digest), b"")
    replica = app_replicas.open_replica(here.settings, str(tmp_path / "copy"))
    assert check(here, replica).sound
    here.run(replica.close())


def test_copies_that_came_to_nothing_wait_for_the_collection(full: World) -> None:
    flip(full.file(LAYER), 3)
    check(full, Lying(b"x"))
    query = select(object_deletions.c.due_at)
    assert all(due <= full.now() for due in full.run(full.app.db.read(lambda c: c.execute(query).scalars().all())))
    full.collect()
    assert full.files() == set(objects(full).values())


def test_a_place_has_to_be_one(full: World, tmp_path: Path) -> None:
    for place in (str(tmp_path), "ftp://x", "s3://", "https://user:word@registry.example", "https://x/?y"):
        with pytest.raises(SettingsError, match="--repair-from"):
            app_replicas.open_replica(full.settings, place)
    with pytest.raises(SettingsError, match="https only"):
        app_replicas.open_replica(full.settings, "http://registry.example", "user", "word")


def test_a_data_folder_is_a_copy_of_its_own(full: World) -> None:
    replica = app_replicas.open_replica(full.settings, str(full.settings.data))
    full.run(replica.close())
    assert replica.name == str(full.settings.data)
