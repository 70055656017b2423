"""Databases for migrations to be tried on: empty ones, on each engine."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from entrepot.meta.postgres import postgres_engine
from entrepot.meta.sqlite import sqlite_engine
from tests.support.engines import ENGINES
from tests.support.postgres import cluster

__all__ = ["ENGINES", "Empty", "empty"]


class Empty:
    """A database with nothing in it; `engine` opens it anew, as another node would."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._path = folder / "entrepot.db"
        self.url = cluster().url(cluster().create()) if kind == "postgres" else None
        self._opened: list[Engine] = []

    def engine(self) -> Engine:
        self._opened.append(postgres_engine(self.url) if self.url else sqlite_engine(self._path, writes=True))
        return self._opened[-1]

    def close(self) -> None:
        for engine in self._opened:
            engine.dispose()


@contextmanager
def empty(kind: str, folder: Path) -> Generator[Empty]:
    made = Empty(kind, folder)
    try:
        yield made
    finally:
        made.close()
