"""The database."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection

from entrepot import app as composition
from entrepot.doctor.site import Site
from entrepot.errors import StorageUnavailable
from entrepot.meta import diagnosis, schema
from entrepot.rules.doctor import databases
from entrepot.rules.doctor.databases import PostgresFacts, SchemaFacts, SqliteFacts
from entrepot.rules.doctor.finding import Finding
from entrepot.settings import Settings


async def check(site: Site) -> list[Finding]:
    """Whether it can be reached, has this release's schema and is whole."""
    try:
        return await asyncio.to_thread(_check, site)
    except StorageUnavailable as error:
        what = error.message.rstrip(".")
        if site.settings.database:
            remedy = "see that PostgreSQL runs and that the setting database leads there: psql with the same URL"
            return [Finding("database-unusable", "error", what, remedy)]
        return [Finding("database-damaged", "error", what, databases.RESTORE)]


def _check(site: Site) -> list[Finding]:
    settings, path = site.settings, site.paths.database
    if not settings.database and not path.exists():
        return [Finding("no-database", "error", f"there is no database {path}", "restore it, or start entrepot serve")]
    with composition.engine_of(settings, patient=False) as engine:
        with engine.connect() as connection:
            found = _judged(connection, settings, str(path))
        revision = schema.current_revision(engine) or ""
        if revision < schema.HEAD:
            what = f"the database is at schema {revision or 'none'}, and this release needs {schema.HEAD}"
            return [*found, Finding("old-schema", "error", what, "start entrepot serve, which brings it there")]
        try:
            schema.require_schema(engine)
        except StorageUnavailable as error:
            remedy = "upgrade this node to the release of the others"
            return [*found, Finding("schema-refused", "error", error.message.rstrip("."), remedy)]
        return [*found, *databases.judge_schema(SchemaFacts(revision, schema.HEAD))]


def _judged(connection: Connection, settings: Settings, path: str) -> list[Finding]:
    if settings.database:
        return list(databases.judge_postgres(_postgres_facts(connection, settings)))
    damage = diagnosis.sqlite_damage(connection)
    dangling = [] if damage else diagnosis.sqlite_dangling(connection)
    return list(databases.judge_sqlite(SqliteFacts(path, damage, dangling)))


def _postgres_facts(connection: Connection, settings: Settings) -> PostgresFacts:
    def of(name: str) -> str:
        return diagnosis.postgres_setting(connection, name)

    return PostgresFacts(
        version=int(of("server_version_num")) // 10_000,
        encoding=of("server_encoding"),
        standby=diagnosis.postgres_standby(connection),
        fsync=of("fsync") == "on",
        full_page_writes=of("full_page_writes") == "on",
        synchronous_commit=of("synchronous_commit") != "off",
        room=int(of("max_connections")) - int(of("superuser_reserved_connections")),
        wanted=settings.workers * settings.database_connections,
    )
