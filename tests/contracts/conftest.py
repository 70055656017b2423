"""Every contract test runs once for each store in `stores.STORES`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from entrepot.ports import ObjectStore
from tests.contracts.stores import STORES, OpenStore


@pytest.fixture(params=list(STORES.values()), ids=list(STORES))
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ObjectStore]:
    """Opens the same store once more, as another process would."""
    open_store: OpenStore = request.param
    return lambda: open_store(tmp_path / "objects")


@pytest.fixture
def store(another: Callable[[], ObjectStore]) -> ObjectStore:
    return another()
