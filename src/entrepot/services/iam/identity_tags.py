"""Tags of users and roles, which policies may ask for (aws:PrincipalTag, iam:ResourceTag)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import Kind
from entrepot.meta.identity_tags import set_tags, tags_of
from entrepot.rules.iam_tags import merge_identity_tags, without_keys
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity
from entrepot.services.iam.policy_lookup import request_tag_keys


async def list_tags(app: App, ctx: Context, kind: Kind, name: str) -> Mapping[str, str]:
    """The tags of a user or role, by key. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:List{kind.capitalize()}Tags", identity_of(ctx, kind, name))
    return await app.db.read(lambda c: tags_of(c, require_identity(c, identity_of(ctx, kind, name)).id))


async def add_tags(app: App, ctx: Context, kind: Kind, name: str, tags: Sequence[tuple[str, str]]) -> None:
    """Adds tags or gives those that are there new values. Raises NoSuchEntity, InvalidInput, LimitExceeded."""
    keys = request_tag_keys(dict(tags))
    await authorize_identity(app, ctx, f"iam:Tag{kind.capitalize()}", identity_of(ctx, kind, name), keys)

    def add_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, kind, name))
        set_tags(connection, row.id, merge_identity_tags(kind, tags_of(connection, row.id), tags))
        raise_version(connection, ctx.principal.account)

    await app.db.write(add_txn)


async def remove_tags(app: App, ctx: Context, kind: Kind, name: str, keys: Sequence[str]) -> None:
    """Removes tags; keys that are not there are no error. Raises NoSuchEntity."""
    asked = {"aws:TagKeys": tuple(keys)}
    await authorize_identity(app, ctx, f"iam:Untag{kind.capitalize()}", identity_of(ctx, kind, name), asked)

    def remove_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, kind, name))
        set_tags(connection, row.id, without_keys(tags_of(connection, row.id), keys))
        raise_version(connection, ctx.principal.account)

    await app.db.write(remove_txn)
