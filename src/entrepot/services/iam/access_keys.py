"""Access keys of users and of the account's root: create, list, disable, delete, when they were used last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import AccessDenied, InvalidInput, NoSuchEntity
from entrepot.meta import access_key_pages as pages
from entrepot.meta import access_keys as rows
from entrepot.meta.access_key_pages import KeyInfo, KeyUse
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import find_by_unique_id
from entrepot.meta.times import to_micros
from entrepot.rules import iam_limits
from entrepot.services.access import authorize
from entrepot.services.iam.identities import own_name
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity
from entrepot.services.new_access_keys import make_access_key

_LAST_USED = "iam:GetAccessKeyLastUsed"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose keys an operation is about. The root's `user_id` is the account's id, and so is what stands for a name."""

    account: str
    name: str
    arn: str
    user_id: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: the only time that its secret is told."""

    access_key_id: str
    secret: str
    user_name: str
    created_at: datetime


async def create(app: App, ctx: Context, user: str | None) -> NewKey:
    """Makes a key for a user, or for whoever calls. Raises NoSuchEntity, LimitExceeded, ValidationFailed."""
    owner = await _owner(app, ctx, "iam:CreateAccessKey", user)
    row, secret = await make_access_key(app, owner.account, owner.arn, owner.user_id)

    def create_txn(connection: Connection) -> None:
        _require_again(connection, owner)
        rows.add_access_key(connection, row, to_micros(ctx.now))
        count = pages.count_keys(connection, owner.user_id)
        iam_limits.check_quota("AccessKeysPerUser", count, iam_limits.ACCESS_KEYS)
        raise_version(connection, owner.account)

    await app.db.write(create_txn)
    return NewKey(row.access_key_id, secret, owner.name, ctx.now)


async def page(app: App, ctx: Context, user: str | None, after: str, count: int) -> tuple[str, list[KeyInfo]]:
    """The name of a user, or of whoever calls, and the `count` of their keys whose ids follow `after`."""
    owner = await _owner(app, ctx, "iam:ListAccessKeys", user)
    return owner.name, await app.db.read(pages.page_of_keys, owner.user_id, after, count)


async def set_status(app: App, ctx: Context, user: str | None, access_key_id: str, status: str) -> None:
    """Enables ('Active') or disables ('Inactive') a key. Raises NoSuchEntity, InvalidInput."""
    owner = await _owner(app, ctx, "iam:UpdateAccessKey", user)
    if status not in ("Active", "Inactive"):
        raise InvalidInput(f"The status of an access key cannot be set to {status}.")
    await _change(app, owner, access_key_id, lambda c: rows.set_active(c, access_key_id, active=status == "Active"))


async def delete(app: App, ctx: Context, user: str | None, access_key_id: str) -> None:
    """Deletes a key. Raises NoSuchEntity."""
    owner = await _owner(app, ctx, "iam:DeleteAccessKey", user)
    await _change(app, owner, access_key_id, lambda c: pages.delete_key(c, access_key_id))


async def last_used(app: App, ctx: Context, access_key_id: str) -> tuple[str, KeyUse | None]:
    """Whose key it is, by name, and its last use. Raises AccessDenied, the same whether there is such a key or not."""
    info, name = await app.db.read(_with_name, access_key_id)
    if info is None or info.account_id != ctx.principal.account:
        raise _unknown_use(ctx, access_key_id)
    try:
        if name is None:
            await authorize(app, ctx, _LAST_USED, _root(ctx))
        else:
            await authorize_identity(app, ctx, _LAST_USED, identity_of(ctx, "user", name))
    except AccessDenied:
        # The words of the denial would say whose key it is.
        raise _unknown_use(ctx, access_key_id) from None
    return name or info.account_id, info.last_use


def _unknown_use(ctx: Context, access_key_id: str) -> AccessDenied:
    return AccessDenied(
        f"User: {ctx.principal.arn} is not authorized to perform: {_LAST_USED} on resource: access key {access_key_id}"
    )


async def _owner(app: App, ctx: Context, action: str, user: str | None) -> Owner:
    account = ctx.principal.account
    name = user or await own_name(app, ctx)
    if name is None:
        await authorize(app, ctx, action, _root(ctx))
        return Owner(account, account, _root(ctx).arn, account)
    await authorize_identity(app, ctx, action, identity_of(ctx, "user", name))
    row = await app.db.read(require_identity, identity_of(ctx, "user", name))
    return Owner(account, row.name, row.arn, row.unique_id)


async def _change(app: App, owner: Owner, access_key_id: str, change: Callable[[Connection], object]) -> None:
    def change_txn(connection: Connection) -> None:
        info = pages.find_key_info(connection, access_key_id)
        if info is None or info.user_id != owner.user_id:
            raise NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
        change(connection)
        raise_version(connection, owner.account)

    await app.db.write(change_txn)


def _require_again(connection: Connection, owner: Owner) -> None:
    # A user may have gone or been renamed since the caller was asked for rights: no key is made for either.
    row = find_by_unique_id(connection, owner.user_id)
    if owner.user_id != owner.account and (row is None or row.arn != owner.arn):
        raise NoSuchEntity(f"The user with name {owner.name} cannot be found.")


def _with_name(connection: Connection, access_key_id: str) -> tuple[KeyInfo | None, str | None]:
    info = pages.find_key_info(connection, access_key_id)
    user = find_by_unique_id(connection, info.user_id) if info else None
    return info, user.name if user else None


def _root(ctx: Context) -> Resource:
    return Resource(ctx.principal.account, f"arn:aws:iam::{ctx.principal.account}:root")
