"""The users, groups and roles that operations name, and who may do something to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import AccessDenied, NoSuchEntity
from entrepot.meta import identities as rows
from entrepot.meta.identities import IdentityRow, Kind, identity_arn
from entrepot.meta.identity_tags import tags_of
from entrepot.services.access import authorize
from entrepot.services.iam.policy_lookup import tag_keys

Keys = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, group or role by name, there or not."""

    account: str
    kind: Kind
    name: str

    @property
    def title(self) -> str:
        """Its kind as it stands in the names of operations and quotas."""
        return self.kind.title()


def identity_of(ctx: Context, kind: Kind, name: str) -> Identity:
    """An identity of the caller's account."""
    return Identity(ctx.principal.account, kind, name)


async def authorize_identity(app: App, ctx: Context, action: str, identity: Identity, keys: Keys | None = None) -> None:
    """Asks whether the caller may do `action` to an identity, there or not. Raises AccessDenied.

    Policies go by its ARN, which only its row tells when it has a path. A denial names it as the caller did, as AWS
    does: so it says neither whether the identity exists nor what its path is. The condition keys for its tags and for
    its permissions boundary are added; `keys` has the boundary that it is to have, if it is to have another.
    """
    arn, found = await app.db.read(_facts, identity)
    try:
        await authorize(app, ctx, action, Resource(identity.account, arn), {**found, **(keys or {})})
    except AccessDenied as error:
        # Named as the caller did, as AWS does: it tells neither whether there is one nor what its path is.
        named = f"on resource: {identity.kind} {identity.name}"
        raise AccessDenied(error.message.replace(f"on resource: {arn}", named), error.advice, error.reason) from None


def require_identity(connection: Connection, identity: Identity) -> IdentityRow:
    """The row of an identity. Raises NoSuchEntity."""
    row = rows.find_identity(connection, identity.account, identity.kind, identity.name)
    if row is None:
        raise NoSuchEntity(f"The {identity.kind} with name {identity.name} cannot be found.")
    return row


def _facts(connection: Connection, identity: Identity) -> tuple[str, Keys]:
    row = rows.find_identity(connection, identity.account, identity.kind, identity.name)
    if row is None:
        return identity_arn(identity.account, identity.kind, "/", identity.name), {}
    boundary = {"iam:PermissionsBoundary": row.boundary_arn} if row.boundary_arn else {}
    return row.arn, {**tag_keys(tags_of(connection, row.id)), **boundary}
