"""What a restore refuses, and one that is broken off."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from entrepot import app as composition
from entrepot.adapters.master_key_file import create_file
from entrepot.blobs.copies import read_file
from entrepot.errors import DomainError, KeyUnavailable, StorageUnavailable
from entrepot.services import restore
from tests.backup.places import Backups, assert_whole, contents, damage, opened
from tests.gc.world import World
from tests.support.images import layered_image

FIRST, SECOND = layered_image(6, "first"), layered_image(3, "second")


@pytest.fixture
def key(here: World, backups: Backups, tmp_path: Path) -> Path:
    """A backup of a deployment with one image, and its master key: there is nothing else left of it."""
    here.push("one", FIRST)
    backups.make(here)
    return Path(shutil.copy(here.settings.data / "master.key", tmp_path / "key"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "new"


def test_the_wrong_master_key(backups: Backups, key: Path, data: Path, tmp_path: Path) -> None:
    create_file(other := tmp_path / "other.key")
    with pytest.raises(KeyUnavailable, match="not the one that sealed"):
        backups.restore(data, other)
    assert not data.exists()
    # Nor where the operator has put the wrong one into the data folder.
    data.mkdir()
    shutil.copy(other, data / "master.key")
    before = contents(data)
    with pytest.raises(DomainError, match="is another master key than"):
        backups.restore(data, key)
    assert contents(data) == before


def test_no_master_key(backups: Backups, data: Path, tmp_path: Path, key: Path) -> None:
    with pytest.raises(KeyUnavailable, match="is missing"):
        backups.restore(data, tmp_path / "nowhere")
    assert not data.exists()
    data.mkdir()
    shutil.copy(key, data / "master.key")
    backups.restore(data, data / "master.key")
    with opened(data) as restored:
        assert_whole(restored, "one", FIRST)


def test_a_folder_that_holds_a_deployment(here: World, backups: Backups, key: Path) -> None:
    before = here.files()
    with pytest.raises(DomainError, match="holds a deployment already"):
        backups.restore(here.settings.data, key)
    assert here.files() == before


def test_a_folder_that_holds_layers(here: World, backups: Backups, key: Path, data: Path) -> None:
    shutil.copytree(here.folder, data / "blobs")
    before = contents(data)
    with pytest.raises(DomainError, match="holds layers already"):
        backups.restore(data, key)
    assert contents(data) == before


def test_layers_into_a_folder_of_their_own(backups: Backups, key: Path, data: Path, tmp_path: Path) -> None:
    layers = str(tmp_path / "layers")
    backups.restore(data, key, blobs=layers)
    assert not (data / "blobs").exists()
    with opened(data, blobs=layers) as restored:
        assert_whole(restored, "one", FIRST)
        restored.push("one", SECOND)
        again = Backups(tmp_path / "again")
        assert again.make(restored).copied == len(FIRST.blobs) + len(SECOND.blobs)
    again.restore(tmp_path / "third", key)
    with opened(tmp_path / "third") as restored:
        assert_whole(restored, "one", FIRST, SECOND)


def test_a_damaged_object(backups: Backups, key: Path, data: Path) -> None:
    """It is found when it is copied: nothing serves until the backup was mended, or the damage was put up with."""
    name = min(backups.objects())
    good = backups.file(name).read_bytes()
    damage(backups.file(name))
    with pytest.raises(DomainError, match=f"is damaged: {name}"):
        backups.restore(data, key)
    for refused in (composition.prepare, composition.require_deployment):
        with pytest.raises(DomainError, match="was broken off"), opened(data) as restored:
            refused(restored.settings)
    backups.file(name).write_bytes(good)
    assert backups.restore(data, key).copied == 1
    with opened(data) as restored:
        assert_whole(restored, "one", FIRST)


def test_damage_that_is_put_up_with(backups: Backups, key: Path, data: Path) -> None:
    missing, bad = sorted(backups.objects())[:2]
    backups.file(missing).unlink()
    with pytest.raises(DomainError, match=f"object {missing} is missing"):
        backups.restore(data, key)
    assert not data.exists()
    damage(backups.file(bad))
    assert backups.restore(data, key, incomplete=True).lacking == [missing, bad]
    with opened(data) as restored:
        assert len(restored.files()) == len(FIRST.blobs) - 2


@pytest.mark.parametrize("name", ["entrepot.db", "objects.txt", "manifest.json"])
def test_a_damaged_snapshot(backups: Backups, key: Path, data: Path, name: str) -> None:
    path = backups.folder.path(backups.folder.ids()[0]) / name
    damage(path) if name != "manifest.json" else path.write_text(path.read_text()[:-20])
    with pytest.raises(DomainError, match="damaged"):
        backups.restore(data, key)
    assert not data.exists()


def test_a_schema_of_a_later_release(backups: Backups, key: Path, data: Path) -> None:
    path = backups.folder.path(backups.folder.ids()[0])
    with closing(sqlite3.connect(path / "entrepot.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE schema_info SET value = '99.0' WHERE name = 'oldest_release'")
    manifest = json.loads((path / "manifest.json").read_text())
    database = read_file(path / "entrepot.db")
    manifest |= {"schema": "9999", "databaseSize": database.size, "databaseSha256": database.sha256}
    (path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StorageUnavailable, match=r"needs release 99\.0"):
        backups.restore(data, key)
    assert not data.exists()


def test_a_restore_that_is_broken_off_goes_on(
    here: World, backups: Backups, key: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.push("one", SECOND)
    backups.make(here)
    first, second = backups.folder.ids()
    place = restore._place_database

    def before(*_args: Any) -> None:
        raise KeyboardInterrupt

    def after(*args: Any) -> None:
        place(*args)
        raise KeyboardInterrupt

    for moment in (before, after):
        with monkeypatch.context() as patch:
            patch.setattr(restore, "_place_database", moment)
            with pytest.raises(KeyboardInterrupt):
                backups.restore(data, key, first)
        assert (data / "entrepot.db").exists() == (moment is after)
        with pytest.raises(DomainError, match="was broken off"), opened(data):
            pass
        with pytest.raises(DomainError, match="another snapshot"):
            backups.restore(data, key, second)
    assert backups.restore(data, key, first).copied == 0
    with opened(data) as restored:
        assert_whole(restored, "one", FIRST)


def test_a_restored_folder_is_not_restored_over(backups: Backups, key: Path, data: Path) -> None:
    backups.restore(data, key)
    with pytest.raises(DomainError, match="holds a deployment already"):
        backups.restore(data, key)


def test_no_snapshot_of_that_name(backups: Backups, key: Path, data: Path) -> None:
    for name in ("20260101T000000Z-00000000", "../objects"):
        with pytest.raises(DomainError, match="no snapshot"):
            backups.restore(data, key, name)
