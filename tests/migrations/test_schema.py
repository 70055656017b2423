"""The migrations make exactly the tables that the code works on."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from entrepot.errors import StorageUnavailable
from entrepot.meta.schema import HEAD, SCRIPTS, current_revision, migrate, require_schema
from entrepot.meta.tables import metadata
from tests.migrations.engines import Empty

COLLATIONS = text(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
    "AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
)


def test_migrations_lead_to_the_declared_tables(database: Empty) -> None:
    engine = database.engine()
    assert current_revision(engine) is None
    with pytest.raises(StorageUnavailable, match="start `entrepot serve` first"):
        require_schema(engine)
    migrate(engine)
    assert current_revision(engine) == HEAD
    require_schema(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(database: Empty) -> None:
    engine = database.engine()
    migrate(engine)
    migrate(engine)
    assert current_revision(engine) == HEAD


def test_text_sorts_by_its_bytes(database: Empty) -> None:
    engine = database.engine()
    migrate(engine)
    with engine.connect() as connection:
        if database.url:
            assert [tuple(row) for row in connection.execute(COLLATIONS)] == [("alembic_version", "version_num")]
        else:
            schema = "\n".join(row[0] or "" for row in connection.execute(text("SELECT sql FROM sqlite_master")))
            assert "COLLATE" not in schema  # SQLite's default, BINARY


def test_the_newest_script_is_the_one_that_start_up_looks_for() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD
