"""Small disks that are gone after their test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.faults.disks import MakeDisk, SmallDisk


@pytest.fixture
def make_disk() -> Iterator[MakeDisk]:
    made: list[SmallDisk] = []

    def make(path: Path, size: int) -> SmallDisk:
        made.append(SmallDisk(path, size))
        return made[-1]

    yield make
    for disk in reversed(made):
        disk.close()


@pytest.fixture
def start(make_disk: MakeDisk, start: StartServer) -> StartServer:
    """As everywhere, but ends its servers before their disks go."""
    del make_disk
    return start
