"""Stub servers that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import Running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "stub"


@pytest.fixture
def launch(folder: Path) -> Iterator[Callable[..., Running]]:
    """Starts a stub server, which may yet fail; `.ready()` waits until it answers."""
    started: list[Running] = []

    def start(**options: Any) -> Running:
        started.append(Running(folder, **options))
        return started[-1]

    yield start
    for running in started:
        running.close()
