"""Keys of KMS."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from entrepot.context import KmsKeyRef, Registry
from entrepot.meta.dialect import in_batches
from entrepot.meta.tables import kms_keys as t
from entrepot.meta.tables import repositories
from entrepot.meta.times import from_micros
from entrepot.rules.kms_keys import KeyState


@dataclass(frozen=True, slots=True)
class KmsKeyRow:
    """A key. `manager` is CUSTOMER or AWS; `rotation_days` is None where it is not rotated by itself.

    `policy` is a key policy as it was set. `id` is the row's, `key_id` what clients call the key.
    """

    id: int
    account: str
    region: str
    key_id: str
    manager: str
    description: str
    state: KeyState
    policy: str
    tags: Mapping[str, str]
    created_at: datetime
    deletion_at: datetime | None
    rotation_days: int | None
    rotation_at: datetime | None

    @property
    def arn(self) -> str:
        """The key's ARN."""
        return self.ref.arn

    @property
    def registry(self) -> Registry:
        """The account and Region that it is in."""
        return Registry(self.account, self.region)

    @property
    def ref(self) -> KmsKeyRef:
        """The key as requests name it."""
        return KmsKeyRef(self.registry, self.key_id)


_NAMES = tuple({"account": "account_id"}.get(name, name) for name in KmsKeyRow.__slots__)
_COLUMNS = tuple(t.c[name] for name in _NAMES)


def _key(row: Row[Any]) -> KmsKeyRow:
    values: dict[str, Any] = dict(zip(KmsKeyRow.__slots__, row, strict=True))
    values["tags"] = json.loads(values["tags"])
    for name in ("created_at", "deletion_at", "rotation_at"):
        if values[name] is not None:
            values[name] = from_micros(values[name])
    return KmsKeyRow(**values)


def add_key(
    connection: Connection, place: Registry, key_id: str, manager: str, description: str, policy: str, now: int
) -> KmsKeyRow:
    """Stores a new key, enabled and without tags; its material is for the caller to add."""
    values = {
        "account_id": place.account,
        "region": place.region,
        "key_id": key_id,
        "manager": manager,
        "description": description,
        "state": "Enabled",
        "policy": policy,
        "tags": "{}",
        "created_at": now,
    }
    return _key(connection.execute(insert(t).values(values).returning(*_COLUMNS)).one())


def find_row(connection: Connection, row_id: int) -> KmsKeyRow | None:
    """The key that a row of another table refers to, in whatever state."""
    row = connection.execute(select(*_COLUMNS).where(t.c.id == row_id)).one_or_none()
    return _key(row) if row else None


def find_key(connection: Connection, place: Registry, key_id: str) -> KmsKeyRow | None:
    """The key of that id, in whatever state."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.key_id == key_id)
    row = connection.execute(select(*_COLUMNS).where(*here)).one_or_none()
    return _key(row) if row else None


def set_state(connection: Connection, row_id: int, state: KeyState, deletion_at: int | None = None) -> None:
    """Changes whether a key may be used. The caller raises the account's version (`access_versions`)."""
    connection.execute(update(t).where(t.c.id == row_id).values(state=state, deletion_at=deletion_at))


def set_rotation(connection: Connection, row_id: int, days: int | None, due_at: int | None) -> None:
    """Sets how often, in days, and when a key is rotated next; None for not at all."""
    connection.execute(update(t).where(t.c.id == row_id).values(rotation_days=days, rotation_at=due_at))


def page_of_keys(connection: Connection, place: Registry, after: str, count: int) -> list[KmsKeyRow]:
    """The `count` keys whose ids follow `after`, by id; those that were deleted are left out."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.state != "Deleted")
    query = select(*_COLUMNS).where(*here, t.c.key_id > after).order_by(t.c.key_id).limit(count)
    return [_key(row) for row in connection.execute(query)]


def ids_of_keys(connection: Connection, place: Registry) -> list[str]:
    """The ids of all keys of a place but those that were deleted."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.state != "Deleted")
    return list(connection.execute(select(t.c.key_id).where(*here).order_by(t.c.key_id)).scalars())


def set_description(connection: Connection, row_id: int, description: str) -> None:
    """Changes what people are told of a key."""
    connection.execute(update(t).where(t.c.id == row_id).values(description=description))


def set_policy(connection: Connection, row_id: int, policy: str) -> None:
    """Changes a key's policy. The caller raises the account's version."""
    connection.execute(update(t).where(t.c.id == row_id).values(policy=policy))


def set_tags(connection: Connection, row_id: int, tags: Mapping[str, str]) -> None:
    """Sets all tags of a key anew. The caller raises the account's version."""
    connection.execute(update(t).where(t.c.id == row_id).values(tags=json.dumps(dict(tags))))


def due_rotations(connection: Connection, now: int, count: int) -> list[KmsKeyRow]:
    """Some enabled keys that are to be rotated by now."""
    where = (t.c.rotation_at <= now, t.c.state == "Enabled")
    return [_key(row) for row in connection.execute(select(*_COLUMNS).where(*where).limit(count))]


def due_deletions(connection: Connection, now: int, count: int) -> list[KmsKeyRow]:
    """Some keys whose waiting for their deletion is over."""
    where = (t.c.deletion_at <= now, t.c.state == "PendingDeletion")
    return [_key(row) for row in connection.execute(select(*_COLUMNS).where(*where).limit(count))]


def repositories_of_key(connection: Connection, row_id: int) -> list[str]:
    """The ARNs of the repositories that are encrypted with a key."""
    r = repositories.c
    query = select(r.account_id, r.region, r.name).where(r.kms_key_id == row_id).order_by(r.id)
    return [Registry(account, region).arn(name) for account, region, name in connection.execute(query)]


def arns_of(connection: Connection, row_ids: Collection[int]) -> dict[int, str]:
    """The ARNs of keys, in whatever state, by their rows' ids."""
    found: dict[int, str] = {}
    for batch in in_batches(list(row_ids)):
        query = select(*_COLUMNS).where(t.c.id.in_(batch))
        found |= {row.id: _key(row).arn for row in connection.execute(query)}
    return found
