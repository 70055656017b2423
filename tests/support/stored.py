"""What a server keeps, seen from outside it: the files of its blob store and the rows of its database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.support.engines import database_of


def is_stored(path: Path) -> bool:
    """Whether a path in a blob store is a file that anything was stored in, and no lock and not the store's mark."""
    return path.parent.name != "locks" and not path.name.startswith("mark") and path.is_file()


class Stored:
    """The data folder of a server, running or not."""

    def __init__(self, data: Path) -> None:
        self.blobs = data / "blobs"
        self.database = data / "entrepot.db"

    def objects(self) -> dict[str, int]:
        """Size by name of every file in the blob store but for its mark, and for the locks that are held."""
        files = (path for path in self.blobs.rglob("*") if is_stored(path))
        return {path.name: path.stat().st_size for path in files}

    def rows(self, statement: str, *values: object) -> list[Any]:
        """The answer to a SELECT, a tuple a row, or a value a row where it has one column."""
        if url := database_of(self.database.parent):
            with psycopg.connect(url) as connection:
                found = connection.execute(statement.replace("?", "%s").encode(), values).fetchall()
            return [row[0] if len(row) == 1 else row for row in found]
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            connection.execute("PRAGMA query_only = ON")
            found = connection.execute(statement, values).fetchall()
        return [row[0] if len(row) == 1 else row for row in found]

    def blob_objects(self) -> set[str]:
        """The objects that blobs are kept in."""
        return set(self.rows("SELECT object_id FROM blobs"))

    def upload_objects(self) -> set[str]:
        """The objects that uploads under way are staged in."""
        return set(self.rows("SELECT object_id FROM uploads"))
