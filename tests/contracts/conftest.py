"""Every contract test runs once for each store in `stores.STORES`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from entrepot.ports import BlobStore, ObjectStore
from tests.contracts.stores import STORES, OpenStore, process


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    return request.param


@pytest.fixture
def another(open_store: OpenStore, tmp_path: Path) -> Callable[[], ObjectStore]:
    """Opens the same store once more, as another process would."""
    return lambda: open_store(tmp_path / "objects")


@pytest.fixture
def store(another: Callable[[], ObjectStore]) -> ObjectStore:
    return another()


@pytest.fixture
def another_process(open_store: OpenStore, tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[BlobStore]]:
    """Opens a blob store upon the same store, as one process of several."""
    return lambda: process(open_store, tmp_path)
