"""What policies an identity has: inline ones, and those attached by ARN or set as its permissions boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from entrepot.meta.dialect import insert_or_ignore, insert_or_update
from entrepot.meta.identities import Kind
from entrepot.meta.tables import attached_policies, identities, inline_policies


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a policy is attached to an identity of an account, and how often it is a boundary of one."""

    attached: int = 0
    boundaries: int = 0


@dataclass(frozen=True, slots=True)
class Holder:
    """An identity that has a policy. `kind` is 'user', 'group' or 'role'."""

    id: int
    kind: Kind
    name: str
    path: str
    unique_id: str


def inline_of(connection: Connection, identity_id: int) -> dict[str, str]:
    """The inline policies of an identity: documents by name, in the order of names."""
    t = inline_policies
    query = select(t.c.name, t.c.document).where(t.c.identity_id == identity_id).order_by(t.c.name)
    return dict(connection.execute(query).all())


def put_inline(connection: Connection, identity_id: int, name: str, document: str) -> None:
    """Sets an inline policy."""
    row = {"identity_id": identity_id, "name": name, "document": document}
    insert_or_update(connection, inline_policies, [row], "document")


def delete_inline(connection: Connection, identity_id: int, name: str) -> bool:
    """Removes an inline policy; says whether there was one."""
    t = inline_policies
    return connection.execute(delete(t).where(t.c.identity_id == identity_id, t.c.name == name)).rowcount == 1


def attached_to(connection: Connection, identity_id: int) -> list[str]:
    """The ARNs of the policies attached to an identity, sorted."""
    t = attached_policies
    query = select(t.c.policy_arn).where(t.c.identity_id == identity_id).order_by(t.c.policy_arn)
    return list(connection.execute(query).scalars())


def attach(connection: Connection, identity_id: int, arn: str) -> bool:
    """Attaches a policy; says whether it was not attached before."""
    return insert_or_ignore(connection, attached_policies, {"identity_id": identity_id, "policy_arn": arn})


def detach(connection: Connection, identity_id: int, arn: str) -> bool:
    """Detaches a policy; says whether it was attached."""
    t = attached_policies
    return connection.execute(delete(t).where(t.c.identity_id == identity_id, t.c.policy_arn == arn)).rowcount == 1


def holders_of(connection: Connection, account_id: str, arn: str, *, boundaries: bool) -> list[Holder]:
    """The identities of an account that a policy is attached to, or (`boundaries`) whose boundary it is, by id."""
    t = identities
    query = select(t.c.id, t.c.kind, t.c.name, t.c.path, t.c.unique_id).where(t.c.account_id == account_id)
    if boundaries:
        query = query.where(t.c.boundary_arn == arn)
    else:
        query = query.join(attached_policies).where(attached_policies.c.policy_arn == arn)
    return [Holder(*row) for row in connection.execute(query.order_by(t.c.id))]


def usage_in(connection: Connection, account_id: str) -> Mapping[str, Usage]:
    """How every policy that an account uses is used, by ARN."""
    t, arn = identities, attached_policies.c.policy_arn
    query = select(arn, func.count()).join(t).where(t.c.account_id == account_id).group_by(arn)
    attached = {str(row[0]): int(row[1]) for row in connection.execute(query)}
    bounds = (
        select(t.c.boundary_arn, func.count())
        .where(t.c.account_id == account_id, t.c.boundary_arn.is_not(None))
        .group_by(t.c.boundary_arn)
    )
    boundaries = {str(row[0]): int(row[1]) for row in connection.execute(bounds)}
    return {each: Usage(attached.get(each, 0), boundaries.get(each, 0)) for each in attached.keys() | boundaries.keys()}
