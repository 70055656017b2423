"""What a snapshot holds, what a second one copies, and what may go meanwhile."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from entrepot.adapters.backup_folder import BackupFolder
from entrepot.context import RepositoryRef
from entrepot.errors import DomainError
from entrepot.meta import leases, sqlite_snapshot
from entrepot.meta.tables import leases as lease_rows
from entrepot.meta.tables import uploads as upload_rows
from entrepot.services import gc, gc_verify, holds, image_deletion, uploads
from entrepot.services.image_ids import ImageId
from tests.backup.places import Backups, assert_whole, damage, opened
from tests.gc.world import REGISTRY, World, body
from tests.support.images import Image, digest_of, layered_image, make_index, tiny_image

FIRST, SECOND = layered_image(5, "first"), layered_image(3, "second")
ONE = RepositoryRef(REGISTRY, "one")


def delete(here: World, image: Image) -> None:
    here.run(image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(image.digest)))


def meanwhile(monkeypatch: pytest.MonkeyPatch, here: World, doing: Callable[[], Any]) -> None:
    """Does something right after the copy of the database was made, while the deployment goes on."""
    clear = sqlite_snapshot.clear
    loop = here._runner.get_loop()

    def interrupted(*args: Any) -> None:
        asyncio.run_coroutine_threadsafe(doing(), loop).result(60)
        clear(*args)

    monkeypatch.setattr(sqlite_snapshot, "clear", interrupted)


def test_there_and_back(here: World, backups: Backups, tmp_path: Path) -> None:
    index = make_index({"amd64": tiny_image("a"), "arm64": tiny_image("b")})
    here.push("one", FIRST, "latest")
    here.push("one", index, "index")
    done = backups.make(here)
    assert (done.manifest.images, done.manifest.repositories) == (4, 1)
    assert done.copied == done.manifest.objects == len(here.files())
    assert backups.objects() == here.files()
    assert backups.wrong(here) == []
    shutil.rmtree(here.folder)
    assert backups.restore(tmp_path / "new", here.settings.data / "master.key").copied == done.copied
    with opened(tmp_path / "new") as restored:
        assert_whole(restored, "one", FIRST, *index.children)
        restored.push("one", SECOND)
        assert_whole(restored, "one", SECOND)


def test_a_second_run_copies_what_is_new(here: World, backups: Backups) -> None:
    here.push("one", FIRST)
    backups.make(here)
    here.push("one", SECOND)
    done = backups.make(here)
    assert (done.copied, done.manifest.objects) == (len(SECOND.blobs), len(FIRST.blobs) + len(SECOND.blobs))
    assert backups.make(here).copied == 0
    assert len(backups.folder.ids()) == 3
    assert backups.wrong(here) == []


def test_what_is_staged_is_no_part_of_it(here: World, backups: Backups, tmp_path: Path) -> None:
    here.push("one", FIRST)
    upload = here.run(uploads.start(here.app, here.ctx(), ONE))
    here.run(uploads.append(here.app, here.ctx(), ONE, upload, body(b"half of a layer" * 1000)))
    backups.make(here)
    assert len(backups.objects()) == len(FIRST.blobs)
    backups.restore(tmp_path / "new", here.settings.data / "master.key")
    with opened(tmp_path / "new") as restored:
        assert restored.run(restored.app.db.read(lambda c: c.execute(select(upload_rows)).all())) == []
        assert restored.run(restored.app.db.read(lambda c: c.execute(select(lease_rows)).all())) == []
        assert_whole(restored, "one", FIRST)


def test_a_snapshot_that_is_not_made_visible(here: World, backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of it is there, and the next run copies nothing."""
    here.push("one", FIRST)

    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BackupFolder, "publish", stopped)
        with pytest.raises(KeyboardInterrupt):
            backups.make(here)
    assert backups.folder.ids() == []
    assert backups.make(here).copied == 0
    assert backups.wrong(here) == []


def test_what_is_deleted_meanwhile_is_kept_until_it_was_copied(
    tmp_path: Path, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "data") as here:
        object.__setattr__(here.app, "gc_delay", timedelta())
        here.create("one")
        here.push("one", FIRST)

        async def delete_and_collect() -> None:
            await image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(FIRST.digest))
            done = await gc.collect(here.app)
            assert (done.blobs, done.objects) == (len(FIRST.blobs), 0)

        meanwhile(monkeypatch, here, delete_and_collect)
        done = backups.make(here)
        assert (done.copied, done.manifest.missing) == (len(FIRST.blobs), [])
        assert backups.wrong(here) == []
        assert here.collect().objects == len(FIRST.blobs)
        assert here.files() == set()
        backups.restore(tmp_path / "new", here.settings.data / "master.key")
    with opened(tmp_path / "new") as restored:
        assert_whole(restored, "one", FIRST)


def test_the_hold_of_a_backup_that_died_ends_by_itself(here: World) -> None:
    here.push("one", FIRST)
    delete(here, FIRST)
    here.turned += 2 * here.app.gc_delay
    now = here.now()
    here.run(here.app.db.write(leases.take_lease, leases.hold_lease("backup", "dead"), "dead", now, now + 300_000_000))
    assert here.collect().blobs == len(FIRST.blobs)
    here.turned += timedelta(minutes=4)
    assert here.collect().objects == 0
    here.turned += timedelta(hours=2)
    assert here.collect().objects == len(FIRST.blobs)


def test_a_backup_that_stood_still_for_too_long(here: World, backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    here.push("one", FIRST)

    async def sleep() -> None:
        await image_deletion.delete_one(here.app, here.ctx(), ONE, ImageId(FIRST.digest))
        for _ in range(2):
            here.turned += 2 * here.app.gc_delay + holds.HOLD
            await gc.collect(here.app)

    meanwhile(monkeypatch, here, sleep)
    with pytest.raises(DomainError, match="Run it again"):
        backups.make(here)
    assert backups.folder.ids() == []


def test_a_layer_that_the_store_has_lost(here: World, backups: Backups, tmp_path: Path) -> None:
    here.push("one", FIRST)
    here.push("one", SECOND)
    lost, short = here.file(digest_of(FIRST.layers[0])), here.file(digest_of(FIRST.layers[1]))
    lost.unlink()
    short.chmod(0o600)
    short.write_bytes(short.read_bytes()[:-1])
    done = backups.make(here)
    assert done.manifest.missing == sorted([lost.name, short.name])
    assert backups.objects() == here.files() - {short.name}
    key = here.settings.data / "master.key"
    with pytest.raises(DomainError, match="2 objects were missing already"):
        backups.restore(tmp_path / "new", key)
    assert not (tmp_path / "new").exists()
    assert backups.restore(tmp_path / "new", key, incomplete=True).lacking == done.manifest.missing
    with opened(tmp_path / "new") as restored:
        assert len(restored.run(gc_verify.verify(restored.app)).missing) == 2
        assert restored.content("one", digest_of(SECOND.layers[0])) == SECOND.layers[0]


def test_older_snapshots_go_with_what_only_they_need(here: World, backups: Backups) -> None:
    here.push("one", FIRST)
    backups.make(here)
    both = here.files()
    delete(here, FIRST)
    here.collect_everything()
    here.push("one", SECOND)
    backups.make(here)
    assert backups.objects() == both | here.files()
    backups.make(here, keep=2)
    assert backups.objects() == here.files()
    assert len(backups.folder.ids()) == 2
    assert backups.wrong(here) == []


def test_pruning_goes_on_where_it_was_stopped(here: World, backups: Backups, monkeypatch: pytest.MonkeyPatch) -> None:
    here.push("one", FIRST)
    backups.make(here)
    delete(here, FIRST)
    here.collect_everything()
    here.push("one", SECOND)

    def stopped(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("entrepot.blobs.folder.FolderStore.delete_many", stopped)
        with pytest.raises(KeyboardInterrupt):
            backups.make(here, keep=1)
    assert len(backups.folder.ids()) == 1
    assert backups.wrong(here) == []
    backups.make(here, keep=2)
    assert backups.objects() == here.files()
    assert backups.wrong(here) == []


def test_nothing_is_pruned_where_a_list_is_damaged(here: World, backups: Backups) -> None:
    here.push("one", FIRST)
    first = backups.make(here)
    damage(backups.folder.path(first.manifest.id) / "objects.txt")
    objects = backups.objects()
    with pytest.raises(DomainError, match="is damaged"):
        backups.make(here, keep=1)
    assert backups.objects() >= objects


def test_damage_is_found_with_the_key_and_without(here: World, backups: Backups) -> None:
    here.push("one", FIRST)
    done = backups.make(here)
    names = sorted(backups.objects())
    damage(backups.file(names[0]))
    assert [found for found in backups.wrong(here) if names[0] in found]
    backups.file(names[1]).unlink()
    assert {found.split()[1] for found in backups.wrong(here)} >= set(names[:2])  # without opening: checksums
    damage(backups.folder.path(done.manifest.id) / "entrepot.db")
    assert any("entrepot.db is damaged" in found for found in backups.wrong(here))


def test_another_backup_is_at_it(here: World, backups: Backups) -> None:
    backups.folder.prepare()
    with backups.folder.held(writes=True), pytest.raises(DomainError, match="Another backup"):
        backups.make(here)
    with backups.folder.held(writes=False), pytest.raises(DomainError, match="Another backup"):
        backups.make(here)
    backups.make(here)


def test_a_folder_of_other_things(here: World, backups: Backups) -> None:
    backups.root.mkdir()
    (backups.root / "diary.txt").write_text("mine")
    with pytest.raises(DomainError, match="diary"):
        backups.make(here)
    assert [path.name for path in backups.root.iterdir()] == ["diary.txt"]


def test_a_layout_of_a_later_release(here: World, backups: Backups) -> None:
    backups.folder.prepare()
    (backups.root / "entrepot-backup.json").write_text('{"layout": 2}')
    with pytest.raises(DomainError, match="newer release"):
        backups.make(here)
