"""Everything that policies say of one principal, in the few queries that a decision can afford."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from entrepot.meta.tables import (
    accounts,
    attached_policies,
    group_members,
    identities,
    identity_tags,
    inline_policies,
    managed_policies,
    managed_policy_versions,
)


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A user, group or role. `kind` is 'user', 'group' or 'role'."""

    id: int
    kind: str
    name: str
    path: str
    unique_id: str
    boundary_arn: str | None

    def arn(self, account: str) -> str:
        """The identity's ARN in its account."""
        return f"arn:aws:iam::{account}:{self.kind}{self.path}{self.name}"


@dataclass(frozen=True, slots=True)
class Documents:
    """The policies of one identity: inline ones by name, managed ones by ARN."""

    identity: IdentityRow
    inline: tuple[tuple[str, str], ...]
    attached: tuple[str, ...]


_COLUMNS = (
    identities.c.id,
    identities.c.kind,
    identities.c.name,
    identities.c.path,
    identities.c.unique_id,
    identities.c.boundary_arn,
)


def find_identity(connection: Connection, account: str, kind: str, name: str) -> IdentityRow | None:
    """The identity of that name, whose case does not count."""
    t = identities
    query = select(*_COLUMNS).where(t.c.account_id == account, t.c.kind == kind, t.c.folded_name == name.lower())
    row = connection.execute(query).one_or_none()
    return IdentityRow(*row) if row else None


def is_known(connection: Connection, account: str) -> bool:
    """Whether the account is one of this deployment's."""
    return connection.execute(select(accounts.c.account_id).where(accounts.c.account_id == account)).first() is not None


def known_accounts(connection: Connection) -> list[str]:
    """The accounts of this deployment."""
    return list(connection.execute(select(accounts.c.account_id).order_by(accounts.c.account_id)).scalars())


def principals_of_account(connection: Connection, account: str) -> list[IdentityRow]:
    """The users and roles of an account, users first, by name."""
    t = identities
    query = select(*_COLUMNS).where(t.c.account_id == account, t.c.kind.in_(("user", "role")))
    return [IdentityRow(*row) for row in connection.execute(query.order_by(t.c.kind.desc(), t.c.name))]


def tags_of(connection: Connection, identity_id: int) -> tuple[tuple[str, str], ...]:
    """An identity's tags, by key."""
    t = identity_tags
    query = select(t.c.key, t.c.value).where(t.c.identity_id == identity_id).order_by(t.c.key)
    return tuple((key, value) for key, value in connection.execute(query))


def documents_of(connection: Connection, identity: IdentityRow) -> list[Documents]:
    """The policies of an identity, and behind them those of the groups that it is in."""
    query = (
        select(*_COLUMNS)
        .join(group_members, group_members.c.group_id == identities.c.id)
        .where(group_members.c.user_id == identity.id)
        .order_by(identities.c.name)
    )
    everyone = [identity, *(IdentityRow(*row) for row in connection.execute(query))]
    ids = [each.id for each in everyone]
    inline, attached = _inline(connection, ids), _attached(connection, ids)
    return [Documents(each, tuple(inline.get(each.id, ())), tuple(attached.get(each.id, ()))) for each in everyone]


def managed_documents(connection: Connection, account: str, arns: Collection[str]) -> dict[str, str]:
    """The default versions of an account's own managed policies, by ARN; those that are not there are left out."""
    t, v = managed_policies, managed_policy_versions
    names = {arn.rpartition("/")[2].lower() for arn in arns}
    query = (
        select(t.c.path, t.c.name, v.c.document)
        .join(v, (v.c.policy_id == t.c.id) & (v.c.version == t.c.default_version))
        .where(t.c.account_id == account, t.c.folded_name.in_(names))
    )
    found = {f"arn:aws:iam::{account}:policy{path}{name}": text for path, name, text in connection.execute(query)}
    return {arn: found[arn] for arn in arns if arn in found}


def _inline(connection: Connection, ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    t = inline_policies
    query = select(t.c.identity_id, t.c.name, t.c.document).where(t.c.identity_id.in_(ids)).order_by(t.c.name)
    found: dict[int, list[tuple[str, str]]] = {}
    for identity_id, name, document in connection.execute(query):
        found.setdefault(identity_id, []).append((name, document))
    return found


def _attached(connection: Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    t = attached_policies
    query = select(t.c.identity_id, t.c.policy_arn).where(t.c.identity_id.in_(ids)).order_by(t.c.policy_arn)
    found: dict[int, list[str]] = {}
    for identity_id, arn in connection.execute(query):
        found.setdefault(identity_id, []).append(arn)
    return found
