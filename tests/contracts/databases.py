"""The databases that the contract is tried on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import SqliteDatabase, sqlite_engine
from entrepot.ports import Database

OpenDatabase = Callable[[Path], AbstractAsyncContextManager[Database]]


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncGenerator[Database]:
    path = folder / "entrepot.db"
    engine = sqlite_engine(path, writes=True)
    migrate(engine)
    engine.dispose()
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        database.close()


DATABASES: dict[str, OpenDatabase] = {"sqlite": sqlite}
