"""What the operations on users, groups and roles have in common: finding one, and asking before that."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import AccessDenied, EntityAlreadyExists, NoSuchEntity, ValidationFailed
from entrepot.meta import identities as rows
from entrepot.meta.identities import IdentityRow, Kind, identity_arn
from entrepot.meta.identity_tags import tags_of
from entrepot.services.access import authorize
from entrepot.services.iam.policy_lookup import tag_keys

Keys = Mapping[str, str | tuple[str, ...]]

_USER_ID = "AIDA"


def require(connection: Connection, account: str, kind: Kind, name: str) -> IdentityRow:
    """The identity of that name; raises NoSuchEntity."""
    row = rows.find_identity(connection, account, kind, name)
    if row is None:
        raise NoSuchEntity(f"The {kind} with name {name} cannot be found.")
    return row


def already_exists(kind: Kind, name: str) -> EntityAlreadyExists:
    """IAM's error for a name that is taken."""
    return EntityAlreadyExists(f"{kind.capitalize()} with name {name} already exists.")


async def authorize_identity(
    app: App, ctx: Context, action: str, kind: Kind, name: str, keys: Keys | None = None
) -> None:
    """Asks whether the caller may do `action` to an identity of their account, there or not. Raises AccessDenied.

    Policies go by its ARN, which only its row tells when it has a path. A denial names it as the caller did, as AWS
    does: so it says neither whether the identity exists nor what its path is.
    """
    account = ctx.principal.account
    row, tags = await app.db.read(_with_tags, account, kind, name)
    arn = row.arn if row else identity_arn(account, kind, "/", name)
    try:
        await authorize(app, ctx, action, Resource(account, arn), {**tag_keys(tags), **(keys or {})})
    except AccessDenied as error:
        raise AccessDenied(error.message.replace(arn, f"{kind} {name}"), error.advice) from None


async def own_name(app: App, ctx: Context) -> str | None:
    """The name of the user that calls; None for the account's root, who has none. Raises ValidationFailed for a role.

    That is whom IAM means where a request names no user.
    """
    if ctx.principal.is_root:
        return None
    row = None
    if ctx.principal.user_id.startswith(_USER_ID):
        row = await app.db.read(rows.find_by_unique_id, ctx.principal.user_id)
    if row is None:
        raise ValidationFailed("Must specify userName when calling with non-User credentials")
    return row.name


def _with_tags(
    connection: Connection, account: str, kind: Kind, name: str
) -> tuple[IdentityRow | None, Mapping[str, str]]:
    row = rows.find_identity(connection, account, kind, name)
    return row, tags_of(connection, row.id) if row else {}
