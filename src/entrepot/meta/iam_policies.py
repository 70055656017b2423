"""Managed policies of an account and their versions. AWS's own are not rows: see `rules/iam/managed.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import managed_policies as t
from entrepot.meta.tables import managed_policy_versions as versions
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A managed policy. `default_version` and `next_version` are numbers: 3 stands for 'v3'."""

    id: int
    account_id: str
    name: str
    path: str
    unique_id: str
    description: str | None
    default_version: int
    next_version: int
    created_at: datetime
    updated_at: datetime
    tags: Mapping[str, str]

    @property
    def arn(self) -> str:
        """The policy's ARN, path included."""
        return policy_arn(self.account_id, self.path, self.name)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a managed policy."""

    version: int
    document: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """What a policy begins with. `now` is in microseconds; its document becomes version 1."""

    name: str
    path: str
    unique_id: str
    description: str | None
    tags: Mapping[str, str]
    document: str
    now: int


def policy_arn(account: str, path: str, name: str) -> str:
    """The ARN of a managed policy; `account` is 'aws' for AWS's own."""
    return f"arn:aws:iam::{account}:policy{path}{name}"


_COLUMNS = (
    t.c.id,
    t.c.account_id,
    t.c.name,
    t.c.path,
    t.c.unique_id,
    t.c.description,
    t.c.default_version,
    t.c.next_version,
    t.c.created_at,
    t.c.updated_at,
    t.c.tags,
)


def _policy(row: Row[int, str, str, str, str, str | None, int, int, int, int, str]) -> PolicyRow:
    return PolicyRow(
        row.id,
        row.account_id,
        row.name,
        row.path,
        row.unique_id,
        row.description,
        row.default_version,
        row.next_version,
        from_micros(row.created_at),
        from_micros(row.updated_at),
        json.loads(row.tags),
    )


def find_policy(connection: Connection, account_id: str, arn: str) -> PolicyRow | None:
    """The account's policy of that ARN."""
    name = arn.rpartition("/")[2]
    query = select(*_COLUMNS).where(t.c.account_id == account_id, t.c.folded_name == name.lower())
    row = connection.execute(query).one_or_none()
    found = _policy(row) if row else None
    return found if found and found.arn == arn else None


def all_policies(connection: Connection, account_id: str) -> list[PolicyRow]:
    """Every policy of an account, by name without regard to case."""
    query = select(*_COLUMNS).where(t.c.account_id == account_id).order_by(t.c.folded_name)
    return [_policy(row) for row in connection.execute(query)]


def count_policies(connection: Connection, account_id: str) -> int:
    """How many policies an account has."""
    return connection.execute(select(func.count()).where(t.c.account_id == account_id)).scalar_one()


def add_policy(connection: Connection, account_id: str, new: NewPolicy) -> PolicyRow | None:
    """Creates a policy with its first version; None where the name is taken."""
    values = {
        "account_id": account_id,
        "name": new.name,
        "folded_name": new.name.lower(),
        "path": new.path,
        "unique_id": new.unique_id,
        "description": new.description,
        "default_version": 1,
        "next_version": 2,
        "created_at": new.now,
        "updated_at": new.now,
        "tags": json.dumps(dict(new.tags)),
    }
    if not insert_or_ignore(connection, t, values):
        return None
    row = find_policy(connection, account_id, policy_arn(account_id, new.path, new.name))
    if row is not None:
        _insert_version(connection, row.id, 1, new.document, new.now)
    return row


def delete_policy(connection: Connection, policy_id: int) -> None:
    """Removes a policy with all of its versions."""
    connection.execute(delete(t).where(t.c.id == policy_id))


def set_tags(connection: Connection, policy_id: int, tags: Mapping[str, str]) -> None:
    """Sets all tags of a policy."""
    connection.execute(update(t).where(t.c.id == policy_id).values(tags=json.dumps(dict(tags))))


def versions_of(connection: Connection, policy_id: int) -> list[VersionRow]:
    """A policy's versions, the newest first."""
    query = (
        select(versions.c.version, versions.c.document, versions.c.created_at)
        .where(versions.c.policy_id == policy_id)
        .order_by(versions.c.version.desc())
    )
    return [VersionRow(row.version, row.document, from_micros(row.created_at)) for row in connection.execute(query)]


def count_versions(connection: Connection, account_id: str) -> int:
    """How many versions an account's policies have in all."""
    query = select(func.count()).select_from(versions.join(t)).where(t.c.account_id == account_id)
    return connection.execute(query).scalar_one()


def add_version(connection: Connection, policy: PolicyRow, document: str, now: int, *, default: bool) -> VersionRow:
    """Adds a version under the next number. Numbers are never used twice."""
    _insert_version(connection, policy.id, policy.next_version, document, now)
    values = {"next_version": policy.next_version + 1, "updated_at": now}
    if default:
        values["default_version"] = policy.next_version
    connection.execute(update(t).where(t.c.id == policy.id).values(values))
    return VersionRow(policy.next_version, document, from_micros(now))


def set_default_version(connection: Connection, policy_id: int, version: int, now: int) -> None:
    """Chooses the version that counts."""
    connection.execute(update(t).where(t.c.id == policy_id).values(default_version=version, updated_at=now))


def delete_version(connection: Connection, policy_id: int, version: int) -> None:
    """Removes a version."""
    connection.execute(delete(versions).where(versions.c.policy_id == policy_id, versions.c.version == version))


def _insert_version(connection: Connection, policy_id: int, version: int, document: str, now: int) -> None:
    values = {"policy_id": policy_id, "version": version, "document": document, "created_at": now}
    connection.execute(insert(versions).values(values))
