"""Backups as tests make and restore them, by the services that the commands call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrepot import app_backup
from entrepot.adapters.backup_folder import BackupFolder, Manifest
from entrepot.rules.sampling import EVERYTHING
from entrepot.services import backup, backup_pruning, backup_verify, gc_verify, pair_check, restore
from entrepot.services.backup import Done
from entrepot.settings_sources import from_flags
from tests.gc.world import World
from tests.support.images import Image, digest_of
from tests.support.stored import is_stored


class Backups:
    """A folder of backups."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = BackupFolder(root)

    def make(self, here: World, keep: int | None = None) -> Done:
        self.folder.prepare()
        with self.folder.held(writes=True):
            done = here.run(backup.back_up(here.app, app_backup.source(here.settings), self.folder, untold))
            if keep is not None:
                backup_pruning.prune(self.folder, keep)
        return done

    def restore(
        self, data: Path, key: Path, snapshot: str | None = None, *, incomplete: bool = False, **more: str
    ) -> restore.Restored:
        """Into the folder `data`, with a master key from elsewhere."""
        settings, _ = from_flags({"data": str(data), **more}, {})
        manifest = self.folder.manifest(snapshot or self.folder.ids()[-1])
        target, trial = app_backup.target(settings, key), app_backup.key_trial(settings, key)
        with self.folder.held(writes=False):
            return restore.restore(self.folder, manifest, target, trial, incomplete=incomplete, tell=untold)

    def wrong(self, here: World) -> list[str]:
        """What is found where every byte is read back with the master key of a deployment."""
        found = backup_verify.Verified()

        async def read(manifest: Manifest) -> bool:
            async with app_backup.opened_snapshot(here.settings, self.folder, manifest.id) as opened:
                return await backup_verify.read_contents(opened, EVERYTHING, found)

        for each in self.folder.ids():
            manifest = self.folder.manifest(each)
            listed, wrong = backup_verify.check_snapshot(self.folder, manifest)
            found.found += wrong
            if wrong or here.run(read(manifest)):
                backup_verify.read_objects(self.folder, listed, EVERYTHING, found)
        return found.found

    def objects(self) -> set[str]:
        """The names of all objects that are whole."""
        return {path.name for path in self.folder.objects.rglob("*") if is_stored(path) and not path.suffix}

    def file(self, name: str) -> Path:
        return self.folder.objects / name[0] / name[1] / name


def untold(_done: int, _total: int) -> None:
    pass


@contextmanager
def opened(data: Path, **more: str) -> Iterator[World]:
    """A restored deployment."""
    made = World({"data": str(data), **more})
    try:
        yield made
    finally:
        made.close()


def assert_whole(here: World, name: str, *images: Image) -> None:
    """Images are there byte for byte, and nothing is wrong anywhere."""
    for image in images:
        for data in image.blobs:
            assert here.content(name, digest_of(data)) == data
    assert here.run(gc_verify.verify(here.app)).sound
    found = here.run(pair_check.check(here.app))
    assert found.sound
    assert not found.apart


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder that may not be there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def damage(path: Path) -> None:
    """Changes a byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
