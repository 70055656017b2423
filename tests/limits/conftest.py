"""A deployment on each engine, which every test begins with empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gc.world import ENGINES
from tests.limits.lab import Lab, lab


@pytest.fixture(scope="session", params=ENGINES)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One for all tests of an engine."""
    with lab(tmp_path_factory.mktemp("limits") / "data", request.param) as made:
        yield made


@pytest.fixture
def here(deployment: Lab) -> Lab:
    """Without quotas, with the repositories `one` and `two`, and nothing in them."""
    deployment.limit()
    deployment.wipe()
    deployment.create("one")
    deployment.create("two")
    return deployment
