"""Every test of migrations runs on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrations.engines import ENGINES, Empty, empty


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    """An empty database."""
    with empty(request.param, tmp_path) as made:
        yield made
