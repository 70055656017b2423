"""Accounts and their access keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import access_keys, accounts
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class AccessKeyRow:
    """An access key; its secret is sealed with the data key `data_key_id`."""

    access_key_id: str
    account_id: str
    principal_arn: str
    user_id: str
    sealed_secret: bytes
    data_key_id: int
    active: bool


_COLUMNS = (
    access_keys.c.access_key_id,
    access_keys.c.account_id,
    access_keys.c.principal_arn,
    access_keys.c.user_id,
    access_keys.c.sealed_secret,
    access_keys.c.data_key_id,
    access_keys.c.active,
)
_BY_ID = select(*_COLUMNS).where(access_keys.c.access_key_id == bindparam("access_key_id"))


def find_access_key(connection: Connection, access_key_id: str) -> AccessKeyRow | None:
    """The key of that id, active or not."""
    row = connection.execute(_BY_ID, {"access_key_id": access_key_id}).one_or_none()
    return AccessKeyRow(*row) if row else None


def find_key_of_account(connection: Connection, account_id: str, principal_arn: str) -> AccessKeyRow | None:
    """The oldest active key of a principal."""
    query = (
        select(*_COLUMNS)
        .where(
            access_keys.c.account_id == account_id,
            access_keys.c.principal_arn == principal_arn,
            access_keys.c.active.is_(True),
        )
        .order_by(access_keys.c.created_at, access_keys.c.access_key_id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return AccessKeyRow(*row) if row else None


def add_account(connection: Connection, account_id: str, now: int) -> bool:
    """Creates an account; says whether it is new."""
    return insert_or_ignore(connection, accounts, {"account_id": account_id, "created_at": now})


def account_created_at(connection: Connection, account_id: str) -> datetime:
    """When the account was created."""
    return from_micros(
        connection.execute(select(accounts.c.created_at).where(accounts.c.account_id == account_id)).scalar_one()
    )


def add_access_key(connection: Connection, row: AccessKeyRow, now: int) -> None:
    """Stores a new key."""
    values = {name: getattr(row, name) for name in AccessKeyRow.__slots__}
    connection.execute(insert(access_keys), {**values, "created_at": now})


def add_first_key(connection: Connection, row: AccessKeyRow, now: int) -> AccessKeyRow:
    """Stores a principal's first key, or returns the one that another node stored before."""
    if stored := find_key_of_account(connection, row.account_id, row.principal_arn):
        return stored
    add_access_key(connection, row, now)
    return row


def set_active(connection: Connection, access_key_id: str, *, active: bool) -> bool:
    """Enables or disables a key; says whether there is one."""
    change = access_keys.update().where(access_keys.c.access_key_id == access_key_id).values(active=active)
    return connection.execute(change).rowcount == 1
