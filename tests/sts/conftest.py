"""Deployments for scenes that are played in the test's own process."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from entrepot import app
from entrepot.meta import sqlite
from entrepot.meta.sqlite import sqlite_engine
from entrepot.settings_sources import from_flags
from tests.sts.world import World, play
from tests.support import engines

Play = Callable[..., None]


def hasty_engine(path: Path, *, writes: bool) -> Engine:
    """For data that need not survive a power cut."""
    engine = sqlite_engine(path, writes=writes)
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    return engine


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as the first start leaves it."""
    data = tmp_path_factory.mktemp("sts") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "sqlite_engine", hasty_engine)
        patch.setattr(app, "sqlite_engine", hasty_engine)
        engines.provide(data)
        app.prepare(from_flags({"data": str(data)}, {})[0])
    return data


@pytest.fixture
def scene(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Plays a scene in a new deployment."""
    monkeypatch.setattr(sqlite, "sqlite_engine", hasty_engine)

    def play_in_copy(work: Callable[[World], Awaitable[None]], **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="scene-") as folder:
            data = Path(folder, "data")
            engines.copy(prepared, data)
            play(data, work, **options)
            engines.drop(data)

    return play_in_copy
