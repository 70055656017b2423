"""A deployment in the test's own process, and small disks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup.places import Backups
from tests.conftest import StartServer
from tests.faults.disks import MakeDisk, SmallDisk
from tests.gc.world import World, world
from tests.support import engines


@pytest.fixture
def start(start: StartServer) -> StartServer:
    """Servers on SQLite: what is on PostgreSQL is backed up by other tools."""
    if engines.on_postgres():
        pytest.skip("a backup is of SQLite")
    return start


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """On SQLite and a folder, with the repository `one`."""
    with world(tmp_path / "data", "sqlite") as made:
        made.create("one")
        yield made


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    """An empty folder of backups."""
    return Backups(tmp_path / "backups")


@pytest.fixture
def make_disk() -> Iterator[MakeDisk]:
    made: list[SmallDisk] = []

    def make(path: Path, size: int) -> SmallDisk:
        made.append(SmallDisk(path, size))
        return made[-1]

    yield make
    for disk in reversed(made):
        disk.close()
