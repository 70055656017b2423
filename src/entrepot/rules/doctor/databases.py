"""The database: whether it is whole, and how it is set up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding

OLDEST_POSTGRES = 13
TRIED_POSTGRES = 15
_SHOWN = 3

RESTORE = "stop the server and restore the database from a backup"


@dataclass(frozen=True, slots=True)
class SchemaFacts:
    """The revision that the database is at, and this release's."""

    revision: str
    head: str


@dataclass(frozen=True, slots=True)
class SqliteFacts:
    """What PRAGMA quick_check and foreign_key_check complain of, in words."""

    path: str
    damage: Sequence[str]
    dangling: Sequence[str]


@dataclass(frozen=True, slots=True)
class PostgresFacts:
    """Settings of a PostgreSQL database, and how many connections this node may open.

    `room` is max_connections without those that are kept for superusers.
    """

    version: int
    encoding: str
    standby: bool
    fsync: bool
    full_page_writes: bool
    synchronous_commit: bool
    room: int
    wanted: int


def judge_schema(facts: SchemaFacts) -> Iterator[Finding]:
    """One that is too new is refused before anyone comes here."""
    if facts.revision > facts.head:
        what = f"the database is at schema {facts.revision} of a newer release, and this one knows {facts.head}"
        yield Finding("newer-schema", "note", what, "upgrade this node to the release of the others")


def judge_sqlite(facts: SqliteFacts) -> Iterator[Finding]:
    """Damage, and rows that refer to nothing."""
    if facts.damage:
        yield Finding(
            "database-damaged",
            "error",
            f"SQLite finds the database {facts.path} damaged: {'; '.join(facts.damage[:_SHOWN])}",
            RESTORE,
        )
    if facts.dangling:
        yield Finding(
            "dangling-rows",
            "error",
            f"{len(facts.dangling)} rows refer to rows that are gone: {'; '.join(facts.dangling[:_SHOWN])}",
            "restore the database from a backup, and report this with the release's number",
        )


def judge_postgres(facts: PostgresFacts) -> Iterator[Finding]:
    """What makes it forget, and what it has no room for."""
    for setting, on in (("fsync", facts.fsync), ("full_page_writes", facts.full_page_writes)):
        if not on:
            what = f"PostgreSQL runs with {setting} off: a crash of its machine may cost the whole database"
            yield Finding(f"{setting.replace('_', '-')}-off", "error", what, f"ALTER SYSTEM SET {setting} = on; reload")
    if not facts.synchronous_commit:
        what = "PostgreSQL runs with synchronous_commit off: pushes that were acknowledged may be lost in a crash"
        remedy = "ALTER DATABASE and ALTER ROLE ... RESET synchronous_commit, or set it on in postgresql.conf"
        yield Finding("synchronous-commit-off", "error", what, remedy)
    if facts.standby:
        what = "the database is a standby, which takes no writes"
        yield Finding("standby", "error", what, "name the primary in the setting database, with target_session_attrs")
    if facts.encoding != "UTF8":
        what = f"the database has the encoding {facts.encoding}, which not every name fits into"
        yield Finding(
            "encoding", "error", what, "move it to a database made with ENCODING 'UTF8' (pg_dump, pg_restore)"
        )
    if facts.version < OLDEST_POSTGRES:
        what = f"PostgreSQL {facts.version} gets no more corrections from its makers"
        yield Finding("old-postgres", "warning", what, f"upgrade to PostgreSQL {TRIED_POSTGRES} or later (pg_upgrade)")
    if facts.wanted > facts.room:
        what = f"this node may open {facts.wanted} connections, and PostgreSQL takes {facts.room} from all nodes"
        remedy = "lower workers or database_connections, raise max_connections, or put pgbouncer in between"
        yield Finding("too-many-connections", "warning", what, remedy)
