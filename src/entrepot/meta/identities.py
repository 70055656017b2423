"""Users, groups and roles. Within an account and a kind names are unique without regard to case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import identities as t
from entrepot.meta.times import from_micros

Kind: TypeAlias = Literal["user", "group", "role"]


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A user, group or role. The members from `trust_policy` on are a role's only."""

    id: int
    account_id: str
    kind: Kind
    name: str
    path: str
    unique_id: str
    created_at: datetime
    boundary_arn: str | None
    trust_policy: str | None
    description: str | None
    max_session_seconds: int | None
    last_used_at: datetime | None
    last_used_region: str | None

    @property
    def arn(self) -> str:
        """The ARN, path included."""
        return identity_arn(self.account_id, self.kind, self.path, self.name)


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """What a user, group or role begins with. `now` is in microseconds."""

    kind: Kind
    name: str
    path: str
    unique_id: str
    now: int
    boundary_arn: str | None = None
    trust_policy: str | None = None
    description: str | None = None
    max_session_seconds: int | None = None


def identity_arn(account_id: str, kind: Kind, path: str, name: str) -> str:
    """The ARN of a user, group or role. Paths begin and end with a slash."""
    return f"arn:aws:iam::{account_id}:{kind}{path}{name}"


IDENTITY_COLUMNS = (
    t.c.id,
    t.c.account_id,
    t.c.kind,
    t.c.name,
    t.c.path,
    t.c.unique_id,
    t.c.created_at,
    t.c.boundary_arn,
    t.c.trust_policy,
    t.c.description,
    t.c.max_session_seconds,
    t.c.last_used_at,
    t.c.last_used_region,
)


def identity_of(row: Sequence[Any]) -> IdentityRow:
    """A row of IDENTITY_COLUMNS, which are in the order of IdentityRow's members."""
    id_, account_id, kind, name, path, unique_id, created_at, *more, used_at, region = row
    created, used = from_micros(created_at), None if used_at is None else from_micros(used_at)
    return IdentityRow(
        id_, account_id, kind, name, path, unique_id, created, *more, last_used_at=used, last_used_region=region
    )


def find_identity(connection: Connection, account_id: str, kind: Kind, name: str) -> IdentityRow | None:
    """The identity of that name, in whatever case."""
    return _find(connection, t.c.account_id == account_id, t.c.kind == kind, t.c.folded_name == name.lower())


def find_by_unique_id(connection: Connection, unique_id: str) -> IdentityRow | None:
    """The identity of a unique id (AIDA..., AGPA..., AROA...)."""
    return _find(connection, t.c.unique_id == unique_id)


def find_by_unique_ids(connection: Connection, unique_ids: Collection[str]) -> dict[str, IdentityRow]:
    """Those of some identities that are there, by unique id."""
    query = select(*IDENTITY_COLUMNS).where(t.c.unique_id.in_(unique_ids))
    return {row.unique_id: row for row in map(identity_of, connection.execute(query))}


def page_of_identities(
    connection: Connection, account_id: str, kind: Kind, path_prefix: str, after: str, count: int
) -> list[IdentityRow]:
    """The `count` identities under a path whose names in lower case follow `after`, by that name."""
    query = (
        select(*IDENTITY_COLUMNS)
        .where(t.c.account_id == account_id, t.c.kind == kind, t.c.folded_name > after)
        .where(func.substr(t.c.path, 1, len(path_prefix)) == path_prefix)
        .order_by(t.c.folded_name)
        .limit(count)
    )
    return [identity_of(row) for row in connection.execute(query)]


def count_identities(connection: Connection, account_id: str, kind: Kind) -> int:
    """How many there are of a kind."""
    return connection.execute(select(func.count()).where(t.c.account_id == account_id, t.c.kind == kind)).scalar_one()


def add_identity(connection: Connection, account_id: str, new: NewIdentity) -> IdentityRow | None:
    """Creates a user, group or role; None where the name is taken."""
    values = {name: getattr(new, name) for name in NewIdentity.__slots__ if name != "now"}
    row = {**values, "account_id": account_id, "folded_name": new.name.lower(), "created_at": new.now}
    return find_by_unique_id(connection, new.unique_id) if insert_or_ignore(connection, t, row) else None


def rename_identity(connection: Connection, row: IdentityRow, name: str, path: str) -> bool:
    """Changes name and path; False, and nothing changed, where another has the name."""
    holder = find_identity(connection, row.account_id, row.kind, name)
    if holder is not None and holder.id != row.id:
        return False
    change_identity(connection, row.id, name=name, folded_name=name.lower(), path=path)
    return True


def change_identity(connection: Connection, identity_id: int, **values: str | int | None) -> None:
    """Sets columns of an identity, such as `boundary_arn` or `trust_policy`; times in microseconds."""
    connection.execute(update(t).where(t.c.id == identity_id).values(**values))


def delete_identity(connection: Connection, identity_id: int) -> None:
    """Removes an identity with its tags, memberships and policies."""
    connection.execute(delete(t).where(t.c.id == identity_id))


def _find(connection: Connection, *conditions: ColumnElement[bool]) -> IdentityRow | None:
    row = connection.execute(select(*IDENTITY_COLUMNS).where(*conditions)).one_or_none()
    return identity_of(row) if row else None
