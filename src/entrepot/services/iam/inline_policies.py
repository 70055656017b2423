"""Inline policies: documents that are part of one user, group or role."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import NoSuchEntity
from entrepot.meta import policy_attachments as rows
from entrepot.meta.access_versions import raise_version
from entrepot.rules.iam_limits import check_inline_size
from entrepot.services.iam.documents import check_inline_policy
from entrepot.services.iam.identity_lookup import Identity, authorize_identity, require_identity


async def put(app: App, ctx: Context, identity: Identity, name: str, document: str) -> None:
    """Sets an inline policy. Raises NoSuchEntity, PolicyInvalid, LimitExceeded (all of them count together)."""
    await authorize_identity(app, ctx, f"iam:Put{identity.title}Policy", identity)
    check_inline_policy(document)

    def put_txn(connection: Connection) -> None:
        row = require_identity(connection, identity)
        check_inline_size(identity.kind, row.name, {**rows.inline_of(connection, row.id), name: document})
        rows.put_inline(connection, row.id, name, document)
        raise_version(connection, identity.account)

    await app.db.write(put_txn)


async def get(app: App, ctx: Context, identity: Identity, name: str) -> str:
    """The document of an inline policy. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:Get{identity.title}Policy", identity)

    def get_txn(connection: Connection) -> str:
        documents = rows.inline_of(connection, require_identity(connection, identity).id)
        if name not in documents:
            raise _not_found(identity, name)
        return documents[name]

    return await app.db.read(get_txn)


async def delete(app: App, ctx: Context, identity: Identity, name: str) -> None:
    """Deletes an inline policy. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:Delete{identity.title}Policy", identity)

    def delete_txn(connection: Connection) -> None:
        if not rows.delete_inline(connection, require_identity(connection, identity).id, name):
            raise _not_found(identity, name)
        raise_version(connection, identity.account)

    await app.db.write(delete_txn)


async def names(app: App, ctx: Context, identity: Identity) -> list[str]:
    """The names of all inline policies, sorted. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:List{identity.title}Policies", identity)
    return sorted(await app.db.read(lambda c: rows.inline_of(c, require_identity(c, identity).id)))


def _not_found(identity: Identity, name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The {identity.kind} policy with name {name} cannot be found.")
