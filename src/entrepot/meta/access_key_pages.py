"""The access keys that IAM shows: a principal's own, without their secrets, and when each was last used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from entrepot.meta.tables import access_keys as t
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class KeyUse:
    """When and for what a key was used last. `service` is as in a credential scope, such as 'ecr'."""

    at: datetime
    service: str
    region: str


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An access key without its secret. `user_id` is its user's unique id, or the account's for its root."""

    access_key_id: str
    account_id: str
    user_id: str
    active: bool
    created_at: datetime
    last_use: KeyUse | None


_COLUMNS = (
    t.c.access_key_id,
    t.c.account_id,
    t.c.user_id,
    t.c.active,
    t.c.created_at,
    t.c.last_used_at,
    t.c.last_used_service,
    t.c.last_used_region,
)


def find_key_info(connection: Connection, access_key_id: str) -> KeyInfo | None:
    """The key of that id."""
    row = connection.execute(select(*_COLUMNS).where(t.c.access_key_id == access_key_id)).one_or_none()
    return _info(row) if row else None


def page_of_keys(connection: Connection, user_id: str, after: str, count: int) -> list[KeyInfo]:
    """The `count` keys of a user whose ids follow `after`, by id."""
    query = select(*_COLUMNS).where(t.c.user_id == user_id, t.c.access_key_id > after)
    return [_info(row) for row in connection.execute(query.order_by(t.c.access_key_id).limit(count))]


def count_keys(connection: Connection, user_id: str) -> int:
    """How many keys a user has, active or not."""
    return connection.execute(select(func.count()).where(t.c.user_id == user_id)).scalar_one()


def delete_key(connection: Connection, access_key_id: str) -> None:
    """Removes a key."""
    connection.execute(delete(t).where(t.c.access_key_id == access_key_id))


def set_principal_arn(connection: Connection, user_id: str, arn: str) -> None:
    """Lets the keys of a user follow a new name or path."""
    connection.execute(update(t).where(t.c.user_id == user_id).values(principal_arn=arn))


def note_use(connection: Connection, access_key_id: str, now: int, earliest: int, *, service: str, region: str) -> None:
    """Notes a use at `now`, unless one after `earliest` is noted. Times in microseconds."""
    stale = or_(t.c.last_used_at.is_(None), t.c.last_used_at <= earliest)
    values = {"last_used_at": now, "last_used_service": service, "last_used_region": region}
    connection.execute(update(t).where(t.c.access_key_id == access_key_id, stale).values(values))


def _info(row: Sequence[Any]) -> KeyInfo:
    key_id, account_id, user_id, active, created_at, used_at, service, region = row
    use = None if used_at is None else KeyUse(from_micros(used_at), service, region)
    return KeyInfo(key_id, account_id, user_id, active, from_micros(created_at), use)
