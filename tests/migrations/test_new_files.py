"""A new SQLite file that several nodes of one machine open at once: SQLite lets only one of them turn it to WAL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from entrepot.meta.sqlite import sqlite_engine

NODES = 6
FILES = 150


def test_all_of_them_open_it(tmp_path: Path) -> None:
    barrier = Barrier(NODES)

    def opened(path: Path) -> str:
        engine = sqlite_engine(path, writes=True)
        barrier.wait()
        with engine.connect() as connection:
            mode: str = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        engine.dispose()
        return mode

    with ThreadPoolExecutor(NODES) as threads:
        for number in range(FILES):
            nodes = [threads.submit(opened, tmp_path / f"{number}.db") for _ in range(NODES)]
            assert [node.result() for node in nodes] == ["wal"] * NODES
