"""The commands: what they print, what they refuse, and what is left where they are killed or find no room."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.backup.commands import entrepot, killed
from tests.backup.places import Backups, contents, damage, opened
from tests.faults.disks import MEBIBYTE, MakeDisk
from tests.gc.world import World
from tests.support.images import digest_of, layered_image, make_image, random_bytes, tiny_image
from tests.support.postgres import cluster

LAYERS = 60
IMAGE = layered_image(LAYERS, "commands")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment that nobody serves."""
    folder = tmp_path_factory.mktemp("commands") / "data"
    with opened(folder) as made:
        made.create("one")
        made.push("one", IMAGE, "latest")
    return folder


def assert_serves(data: Path) -> None:
    with opened(data) as restored:
        for layer in IMAGE.layers:
            assert restored.content("one", digest_of(layer)) == layer


def test_a_day_of_an_operator(data: Path, tmp_path: Path) -> None:
    backups, new = tmp_path / "backups", tmp_path / "new"
    assert f"{LAYERS + 1} objects were new" in entrepot("backup", backups, "--data", data)
    told = entrepot("backup", backups, "--data", data, "--keep", "1")
    assert "0 objects were new" in told
    assert "removed 1 snapshots and 0 objects" in told
    [line] = entrepot("backup", "list", backups).splitlines()
    assert f"1 repositories, 1 images, {LAYERS + 1} objects" in line
    assert f"{LAYERS + 1} layers and 1 manifests read, 0" in entrepot("backup", "verify", backups, "--data", data)
    part = entrepot("backup", "verify", backups, "--data", data, "--sample", "10%")
    assert int(part.partition("objects: ")[2].split()[0]) < LAYERS // 2
    keyless = entrepot("backup", "verify", backups, "--data", tmp_path / "none")
    assert "is missing" in keyless
    assert f"0 layers and 0 manifests read, {LAYERS + 1} objects compared" in keyless
    told = entrepot("restore", backups, "--data", new, "--key-file", data / "master.key")
    assert f"1 images, {LAYERS + 1} objects copied" in told
    assert "all layers and all images are whole" in entrepot("restore", "--check", "--data", new)
    assert_serves(new)


def test_a_backup_from_before_a_rotation(data: Path, tmp_path: Path) -> None:
    """It is not damaged for being sealed by a key that is former now: without that its bytes are compared."""
    backups, rotated, former = tmp_path / "backups", tmp_path / "rotated", tmp_path / "former.key"
    shutil.copytree(data, rotated)
    shutil.copy(data / "master.key", former)
    entrepot("backup", backups, "--data", rotated)
    for step in ("new", "rewrap", "forget"):
        entrepot("master-key", step, "--data", rotated)
    told = entrepot("backup", "verify", backups, "--data", rotated)
    assert "not the one that sealed this data" in told
    assert f"0 layers and 0 manifests read, {LAYERS + 1} objects compared" in told
    told = entrepot("backup", "verify", backups, "--data", rotated, "--master-key-former", f"file:{former}")
    assert f"{LAYERS + 1} layers and 1 manifests read, 0" in told


def test_a_snapshot_that_is_not_there(data: Path, tmp_path: Path) -> None:
    entrepot("backup", backups := tmp_path / "backups", "--data", data)
    told = entrepot("backup", "verify", backups, "--data", data, "--snapshot", "20260101T000000Z-00000000", code=1)
    assert told == f"entrepot: There is no snapshot 20260101T000000Z-00000000 in {backups}.\n"


def test_what_is_damaged_is_told(data: Path, tmp_path: Path) -> None:
    backups = Backups(tmp_path / "backups")
    entrepot("backup", backups.root, "--data", data)
    name = min(backups.objects())
    damage(backups.file(name))
    for words in ((), ("--data", tmp_path / "none")):
        told = entrepot("backup", "verify", backups.root, *(words or ("--data", data)), code=1)
        assert f"object {name} is damaged" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["backup", "verify"], "backup takes a folder"),
        (["backup", "verify", "here"], "There are no backups in"),
        (["backup", "prune", "here"], "backup takes a folder"),
        (["backup", "here", "--keep", "0"], "--keep: '0' is not a number from 1"),
        (["backup", "verify", "here", "--sample", "0"], "is not a share"),
        (["restore"], "restore takes either a folder of backups or --check"),
        (["restore", "here", "--check"], "restore takes either"),
        (["restore", "here", "--yes"], "go with --check"),
    ],
)
def test_what_cannot_be_meant(data: Path, tmp_path: Path, words: list[str], message: str) -> None:
    words = [str(tmp_path / word) if word == "here" else word for word in words]
    code = 1 if message.startswith("There are") else 2
    assert message in entrepot(*words, "--data", data, code=code)


def test_backups_that_are_killed(data: Path, tmp_path: Path) -> None:
    """At any moment: no half of a snapshot is there, what was copied stays, and the next run ends it."""
    backups, moments = Backups(tmp_path / "backups"), random.Random(5)
    for _ in range(4):
        there = backups.objects()
        assert killed(moments.randint(3, LAYERS // 3), "backup", backups.root, "--data", data)
        assert backups.folder.ids() == []
        assert backups.objects() >= there
    there = backups.objects()
    assert there
    told = entrepot("backup", backups.root, "--data", data)
    assert f"{LAYERS + 1} objects, " in told
    assert f"{LAYERS + 1} objects were new" not in told
    assert not list((backups.root / "incoming").glob("*"))
    entrepot("backup", "verify", backups.root, "--data", data)


def test_restores_that_are_killed(data: Path, tmp_path: Path) -> None:
    """A server does not start on the half of one, and the next run ends it."""
    backups, new, moments = tmp_path / "backups", tmp_path / "new", random.Random(6)
    entrepot("backup", backups, "--data", data)
    words = ("restore", backups, "--data", new, "--key-file", data / "master.key")
    assert killed(1, *words)
    for _ in range(3):
        assert killed(moments.randint(8, LAYERS // 3), *words)
        assert not (new / "entrepot.db").exists()
        assert "was broken off: run the same" in entrepot("serve", "--data", new, "--port", "0", code=1)
    told = entrepot(*words)
    assert f"{LAYERS + 1} objects copied" not in told
    assert "are whole" in entrepot("restore", "--check", "--data", new)
    assert_serves(new)


def test_a_backup_that_finds_no_room(tmp_path: Path, make_disk: MakeDisk) -> None:
    big = tmp_path / "big"
    with opened(big) as made:
        made.create("one")
        made.push("one", make_image([random_bytes(2 * MEBIBYTE, number) for number in range(8)]))
    disk = make_disk(tmp_path / "backups", 24)
    backups = Backups(disk.path / "here")
    disk.fill(leaving=6 * MEBIBYTE)
    assert "No space left on device" in entrepot("backup", backups.root, "--data", big, code=1)
    assert backups.folder.ids() == []
    disk.fill(leaving=0)
    assert "room" in entrepot("backup", backups.root, "--data", big, code=1) or backups.folder.ids() == []
    disk.clear()
    entrepot("backup", backups.root, "--data", big)
    entrepot("backup", "verify", backups.root, "--data", big)
    small = make_disk(tmp_path / "small", 4)
    told = entrepot("restore", backups.root, "--data", small.path / "new", "--key-file", big / "master.key", code=1)
    assert "There is no room for the snapshot" in told
    assert not (small.path / "new").exists()


def test_postgres_has_its_own_tools(tmp_path: Path) -> None:
    given = {"data": str(tmp_path / "data"), "database": cluster().fresh()}
    here = World(given)
    here.create("one")
    here.push("one", tiny_image(1), "tagged")
    path = here.file(digest_of(tiny_image(1).layers[0]))
    here.close()
    settings = ("--data", tmp_path / "data", "--database", given["database"])
    told = entrepot("backup", tmp_path / "backups", *settings, code=1)
    assert "first the database (pg_dump" in told
    assert not (tmp_path / "backups").exists()
    shutil.copytree(tmp_path / "data", tmp_path / "sqlite")
    assert "not restored to PostgreSQL" in entrepot("restore", tmp_path / "backups", *settings, code=1)
    # What the pair lacks is told, removed if that is wished twice, and nothing without.
    path.unlink()
    digest = tiny_image(1).digest
    line = f"123456789012/us-east-1/one@{digest} (tagged) lacks {digest_of(tiny_image(1).layers[0])}"
    assert line in entrepot("restore", "--check", *settings, code=1)
    assert "Nothing was removed" in entrepot("restore", "--check", "--repair", *settings, code=1)
    assert line in entrepot("restore", "--check", *settings, code=1)
    told = entrepot("restore", "--check", "--repair", "--yes", *settings)
    assert line in told
    assert "removed 1 images and 1 layers" in told
    assert "are whole" in entrepot("restore", "--check", *settings)


def test_the_wrong_key_writes_nothing(data: Path, tmp_path: Path) -> None:
    backups, key = tmp_path / "backups", tmp_path / "wrong.key"
    entrepot("backup", backups, "--data", data)
    key.write_text("0" * 64 + "\n")
    key.chmod(0o600)
    new = tmp_path / "new"
    told = entrepot("restore", backups, "--data", new, "--key-file", key, code=1)
    assert "not the one that sealed" in told
    assert "is missing" in entrepot("restore", backups, "--data", new, code=1)
    assert contents(new) == {}
