"""A folder store for the tests of one run, and sealed stores upon it."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    """One store for all examples of the property tests: every upload has an id of its own."""
    return FolderStore(tmp_path_factory.mktemp("objects"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of `store`."""
    return tmp_path / "objects"


@pytest.fixture
def store(folder: Path) -> FolderStore:
    """A store of the test's own."""
    return FolderStore(folder)
