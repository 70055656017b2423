"""Quotas that operators set. Each change raises the account's version, so that it takes effect within a second."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, delete, select

from entrepot.context import Registry
from entrepot.meta import access_versions
from entrepot.meta.dialect import insert_or_update
from entrepot.meta.tables import quotas as t
from entrepot.rules.quotas import Override, Quota


def overrides_of(connection: Connection, registry: Registry) -> list[Override]:
    """All that were set for a registry and its repositories, by repository and name."""
    query = (
        select(t.c.repository, t.c.name, t.c.value)
        .where(t.c.account_id == registry.account, t.c.region == registry.region)
        .order_by(t.c.repository, t.c.name)
    )
    return [Override(row.repository, cast("Quota", row.name), row.value) for row in connection.execute(query)]


def all_overrides(connection: Connection) -> list[tuple[Registry, Override]]:
    """All that were set, by registry, repository and name."""
    query = select(t).order_by(t.c.account_id, t.c.region, t.c.repository, t.c.name)
    return [
        (Registry(row.account_id, row.region), Override(row.repository, cast("Quota", row.name), row.value))
        for row in connection.execute(query)
    ]


def put_override(connection: Connection, registry: Registry, override: Override) -> None:
    """Sets a quota, over one that is there."""
    row = {
        "account_id": registry.account,
        "region": registry.region,
        "repository": override.repository,
        "name": override.name,
        "value": override.value,
    }
    insert_or_update(connection, t, [row], "value")
    access_versions.raise_version(connection, registry.account)


def delete_override(connection: Connection, registry: Registry, repository: str, name: Quota) -> bool:
    """Takes a quota back; says whether it was set."""
    mine = (t.c.account_id == registry.account, t.c.region == registry.region, t.c.repository == repository)
    gone = connection.execute(delete(t).where(*mine, t.c.name == name)).rowcount == 1
    if gone:
        access_versions.raise_version(connection, registry.account)
    return gone
