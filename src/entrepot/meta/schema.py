"""Brings a database to the schema of this release, by Alembic's migrations, or says why this release may not use it."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

from entrepot import __version__
from entrepot.errors import StorageUnavailable
from entrepot.meta.tables import schema_info

SCRIPTS = Path(__file__).parent / "migrations"
HEAD = max(script.name[:4] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
"""The revision of this release: migrations are numbered."""

OLDEST_RELEASE = "oldest_release"
_LOCK = 0x656E7472  # the same in every node of a deployment, and nobody else's
_FOREIGN_COLLATIONS = text(
    "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying') "
    "AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'alembic_version' ORDER BY 1, 2"
)


def migrate(engine: Engine, release: str = __version__) -> None:
    """Runs the migrations that a database lacks, all in one transaction. One that is up to date costs two queries.

    Any number of nodes may do so at once: one migrates, the others wait. A database that a newer release has migrated
    is left as it is; raises StorageUnavailable where that one says that `release` is too old for it.
    """
    revision = current_revision(engine) or ""
    if revision < HEAD:
        with engine.connect() as connection:
            _upgrade(connection)
        revision = current_revision(engine) or ""  # a newer release may have had the lock before
    if revision > HEAD:
        _check_release(engine, release)


def require_schema(engine: Engine, release: str = __version__) -> None:
    """Raises StorageUnavailable where a database lacks migrations, or needs a release that is newer than `release`."""
    if (current_revision(engine) or "") < HEAD:
        raise StorageUnavailable("The database was not set up for this release yet: start `entrepot serve` first.")
    _check_release(engine, release)


def require_known(revision: str, oldest: str, release: str = __version__) -> None:
    """Raises StorageUnavailable where a database at a revision can neither be migrated nor used by `release`.

    `oldest` is what such a database says of the oldest release that may use it.
    """
    if revision > HEAD:
        _check_numbers(oldest, release)


def current_revision(engine: Engine) -> str | None:
    """The revision that a database is at; None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def _check_release(engine: Engine, release: str) -> None:
    with engine.connect() as connection:
        query = select(schema_info.c.value).where(schema_info.c.name == OLDEST_RELEASE)
        oldest: str = connection.execute(query).scalar_one()
    _check_numbers(oldest, release)


def _check_numbers(oldest: str, release: str) -> None:
    if _numbers(release) < _numbers(oldest):
        raise StorageUnavailable(
            f"The database was changed by a newer Entrepot and needs release {oldest} or later; this is {release}. "
            "Upgrade this node."
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        # Outside a transaction, where alone it has an effect: a table that is made anew would take those that refer
        # to it along. SQLite's documentation, "Making Other Kinds Of Table Schema Changes".
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
    with connection.begin():  # on SQLite IMMEDIATE: the lock
        if not on_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if (_revision(connection) or "") >= HEAD:
            return
        _run_migrations(connection)
        if not on_sqlite:
            _sort_by_bytes(connection)
        elif broken := connection.execute(text("PRAGMA foreign_key_check")).first():
            raise StorageUnavailable(f"The database holds a row that refers to nothing: {tuple(broken)}")


def _run_migrations(connection: Connection) -> None:
    # Alembic is slow to import and most starts need none of it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def _sort_by_bytes(connection: Connection) -> None:
    """Gives PostgreSQL's text columns the collation C, whatever the database's own: SQLite's are like that."""
    quote = connection.dialect.identifier_preparer.quote
    for table, column, kind, length in connection.execute(_FOREIGN_COLLATIONS).all():
        type_ = f"varchar({length})" if length else kind
        change = f'ALTER TABLE {quote(table)} ALTER COLUMN {quote(column)} TYPE {type_} COLLATE "C"'
        connection.execute(text(change))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release)[:3])
