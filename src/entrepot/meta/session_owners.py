"""Users and roles as temporary credentials need them: whether they are still there, and what a role's sessions may."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from entrepot.meta.tables import identities as t


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A user or role. The last two are a role's; a session of it lasts for `max_session_seconds` at the most."""

    id: int
    account_id: str
    kind: str
    name: str
    path: str
    unique_id: str
    trust_policy: str | None
    max_session_seconds: int | None

    @property
    def arn(self) -> str:
        """Its ARN, path included."""
        return f"arn:aws:iam::{self.account_id}:{self.kind}{self.path}{self.name}"


_COLUMNS = (
    t.c.id,
    t.c.account_id,
    t.c.kind,
    t.c.name,
    t.c.path,
    t.c.unique_id,
    t.c.trust_policy,
    t.c.max_session_seconds,
)


def find_owner(connection: Connection, unique_id: str) -> OwnerRow | None:
    """The user or role of that unique id: one of the same name that was made after its deletion is another."""
    row = connection.execute(select(*_COLUMNS).where(t.c.unique_id == unique_id)).one_or_none()
    return OwnerRow(*row) if row else None


def find_role(connection: Connection, account_id: str, arn: str) -> OwnerRow | None:
    """The account's role of that ARN, whose path and letters count."""
    name = arn.rpartition("/")[2].lower()
    query = select(*_COLUMNS).where(t.c.account_id == account_id, t.c.kind == "role", t.c.folded_name == name)
    row = connection.execute(query).one_or_none()
    owner = OwnerRow(*row) if row else None
    return owner if owner and owner.arn == arn else None


def set_last_used(connection: Connection, identity_id: int, now: int, region: str) -> None:
    """Notes that a role was assumed, in microseconds since the epoch. No matter of rights: raises no version."""
    connection.execute(t.update().where(t.c.id == identity_id).values(last_used_at=now, last_used_region=region))
