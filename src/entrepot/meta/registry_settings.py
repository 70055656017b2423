"""Settings of one registry (an account in a region): ECR's account settings."""

from __future__ import annotations

from sqlalchemy import Connection, select

from entrepot.context import Registry
from entrepot.meta.dialect import insert_or_update
from entrepot.meta.tables import registry_settings as t


def find_setting(connection: Connection, registry: Registry, name: str) -> str | None:
    """The value that was put, or None where the default holds."""
    query = select(t.c.value).where(t.c.account_id == registry.account, t.c.region == registry.region, t.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def put_setting(connection: Connection, registry: Registry, name: str, value: str) -> None:
    """Sets a value."""
    row = {"account_id": registry.account, "region": registry.region, "name": name, "value": value}
    insert_or_update(connection, t, [row], "value")
