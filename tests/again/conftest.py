"""Two processes on each engine, which every test begins with an empty deployment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.again.asking import Pair, pair
from tests.gc.world import ENGINES


@pytest.fixture(scope="session", params=ENGINES)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One for all tests of an engine."""
    with pair(tmp_path_factory.mktemp("again") / "data", request.param) as made:
        yield made


@pytest.fixture
def here(deployment: Pair) -> Pair:
    """With the repository `one`, and nothing in it."""
    deployment.wipe()
    deployment.create("one")
    return deployment
