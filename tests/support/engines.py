"""Which database the servers of a run keep their metadata in: SQLite, or PostgreSQL with `--engine postgres`.

A data folder that is to be on PostgreSQL gets a database of its own and an `entrepot.toml` that names it: every process
on the folder, a server or the test's own, then reads it from there.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.support.postgres import cluster

ENGINES = ("sqlite", "postgres")
_chosen: list[str] = [ENGINES[0]]


def choose(engine: str) -> None:
    """Called once, before the first test."""
    _chosen[0] = engine


def on_postgres() -> bool:
    """Whether new data folders are to be on PostgreSQL."""
    return _chosen[0] == "postgres"


def provide(data: Path) -> None:
    """Gives a data folder that is about to be made a database of the engine that was chosen."""
    if on_postgres() and not (data / "entrepot.toml").exists():
        _name(data, cluster().fresh())


def copy(data: Path, to: Path) -> None:
    """Copies a data folder that no process uses, and its database."""
    shutil.copytree(data, to)
    if url := database_of(data):
        _name(to, cluster().url(cluster().create(str(conninfo_to_dict(url)["dbname"]))))


def drop(data: Path) -> None:
    """Deletes the database of a folder, where it has one elsewhere."""
    if url := database_of(data):
        cluster().drop(str(conninfo_to_dict(url)["dbname"]))


def database_of(data: Path) -> str | None:
    """The URL of a folder's PostgreSQL database; None where it is on SQLite."""
    found = data / "entrepot.toml"
    return tomllib.loads(found.read_text()).get("database") if found.exists() else None


def _name(data: Path, url: str) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings := data / "entrepot.toml").write_text(f'database = "{url}"\n')
    settings.chmod(0o600)
