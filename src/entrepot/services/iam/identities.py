"""What the operations on users and groups have in common."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import EntityAlreadyExists, ValidationFailed
from entrepot.meta import identities as rows
from entrepot.meta.access_key_pages import set_principal_arn
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import IdentityRow, Kind, identity_arn
from entrepot.services.access import authorize
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity

USER_ID = "AIDA"
GROUP_ID = "AGPA"


def already_exists(kind: Kind, name: str) -> EntityAlreadyExists:
    """IAM's error for a name that is taken."""
    return EntityAlreadyExists(f"{kind.capitalize()} with name {name} already exists.")


async def own_name(app: App, ctx: Context) -> str | None:
    """The name of the user that calls; None for the account's root, who has none. Raises ValidationFailed for a role.

    That is whom IAM means where a request names no user.
    """
    if ctx.principal.is_root:
        return None
    row = None
    if ctx.principal.user_id.startswith(USER_ID):
        row = await app.db.read(rows.find_by_unique_id, ctx.principal.user_id)
    if row is None:
        raise ValidationFailed("Must specify userName when calling with non-User credentials")
    return row.name


async def page(
    app: App, ctx: Context, action: str, kind: Kind, path_prefix: str, after: str, count: int
) -> list[IdentityRow]:
    """The `count` identities under a path whose names in lower case follow `after`."""
    account = ctx.principal.account
    await authorize(app, ctx, action, Resource(account, identity_arn(account, kind, path_prefix, "")))
    return await app.db.read(rows.page_of_identities, account, kind, path_prefix, after, count)


async def rename(
    app: App, ctx: Context, action: str, kind: Kind, name: str, new_name: str | None, new_path: str | None
) -> None:
    """Changes name and path; None leaves one as it is. The caller needs `action` on what is there and on what will be.

    The keys of a user go on working, under the new ARN. Raises NoSuchEntity, EntityAlreadyExists.
    """
    account = ctx.principal.account
    await authorize_identity(app, ctx, action, identity_of(ctx, kind, name))
    before = await app.db.read(require_identity, identity_of(ctx, kind, name))
    wanted = (new_name or before.name, new_path or before.path)
    await authorize(app, ctx, action, Resource(account, identity_arn(account, kind, wanted[1], wanted[0])))

    def rename_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, kind, name))
        if not rows.rename_identity(connection, row, *wanted):
            raise already_exists(kind, wanted[0])
        set_principal_arn(connection, row.unique_id, identity_arn(account, kind, wanted[1], wanted[0]))
        raise_version(connection, account)

    await app.db.write(rename_txn)
