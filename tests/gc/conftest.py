"""A deployment on each engine, which every test begins with empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gc.world import ENGINES, World, world


@pytest.fixture(scope="session", params=ENGINES)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests of an engine."""
    with world(tmp_path_factory.mktemp("gc") / "data", request.param) as made:
        yield made


@pytest.fixture
def here(deployment: World) -> World:
    """With the repositories `one` and `two`, and nothing in them."""
    deployment.wipe()
    deployment.create("one")
    deployment.create("two")
    return deployment
