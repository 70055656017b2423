"""A number for each account that every change of who may do what in it raises."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import access_versions as t


def raise_version(connection: Connection, account_id: str) -> None:
    """Part of every transaction that changes identities, policies, keys or memberships of an account."""
    if not insert_or_ignore(connection, t, {"account_id": account_id, "version": 1}):
        connection.execute(update(t).where(t.c.account_id == account_id).values(version=t.c.version + 1))


def find_version(connection: Connection, account_id: str) -> int:
    """The account's number; 0 before the first change."""
    return connection.execute(select(t.c.version).where(t.c.account_id == account_id)).scalar_one_or_none() or 0
