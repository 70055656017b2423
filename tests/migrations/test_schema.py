"""The migrations make exactly the tables that the code works on."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import entrepot.meta
from entrepot.meta.schema import HEAD, current_revision, migrate
from entrepot.meta.sqlite import sqlite_engine
from entrepot.meta.tables import metadata

SCRIPTS = Path(entrepot.meta.__file__).parent / "migrations"


def test_migrations_lead_to_the_declared_tables(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "fresh.db", writes=True)
    assert current_revision(engine) is None
    migrate(engine)
    assert current_revision(engine) == HEAD
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "twice.db", writes=True)
    migrate(engine)
    migrate(engine)
    assert current_revision(engine) == HEAD


def test_the_newest_script_is_the_one_that_start_up_looks_for() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD
