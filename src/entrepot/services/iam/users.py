"""Users: create, look at, list, rename, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import DeleteConflict
from entrepot.meta import access_keys
from entrepot.meta import identities as rows
from entrepot.meta.access_key_pages import count_keys
from entrepot.meta.access_versions import raise_version
from entrepot.meta.group_members import count_groups
from entrepot.meta.identities import IdentityRow, NewIdentity, identity_arn
from entrepot.meta.identity_tags import set_tags, tags_of
from entrepot.meta.policy_attachments import attached_to, inline_of
from entrepot.meta.times import to_micros
from entrepot.rules import iam_limits
from entrepot.rules.iam_tags import merge_identity_tags
from entrepot.services.access import authorize
from entrepot.services.iam.attachments import check_boundary
from entrepot.services.iam.identities import USER_ID, already_exists, own_name
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity
from entrepot.services.iam.ids import unique_id
from entrepot.services.iam.policy_lookup import request_tag_keys


@dataclass(frozen=True, slots=True)
class User:
    """A user with its tags, by key."""

    row: IdentityRow
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Root:
    """The account's root, which is no user but is shown as one where nobody else is asked for."""

    account: str
    created_at: datetime

    @property
    def arn(self) -> str:
        """The root's ARN."""
        return f"arn:aws:iam::{self.account}:root"


@dataclass(frozen=True, slots=True)
class UserRequest:
    """What CreateUser is given."""

    name: str
    path: str
    boundary_arn: str | None
    tags: Sequence[tuple[str, str]]


async def create(app: App, ctx: Context, req: UserRequest) -> User:
    """Creates a user. Raises EntityAlreadyExists, NoSuchEntity (the boundary), InvalidInput, LimitExceeded."""
    account = ctx.principal.account
    await _authorize_creation(app, ctx, req)
    tags = merge_identity_tags("user", {}, req.tags)
    new = NewIdentity("user", req.name, req.path, unique_id(USER_ID), to_micros(ctx.now), req.boundary_arn)

    def create_txn(connection: Connection) -> User:
        if req.boundary_arn is not None:
            check_boundary(connection, account, req.boundary_arn)
        row = rows.add_identity(connection, account, new)
        if row is None:
            raise already_exists("user", req.name)
        iam_limits.check_quota("UsersPerAccount", rows.count_identities(connection, account, "user"), iam_limits.USERS)
        set_tags(connection, row.id, tags)
        raise_version(connection, account)
        return User(row, tags)

    return await app.db.write(create_txn)


async def get(app: App, ctx: Context, name: str | None) -> User | Root:
    """The user of that name, or whoever calls. Raises NoSuchEntity, ValidationFailed."""
    name = name or await own_name(app, ctx)
    if name is None:
        root = Root(ctx.principal.account, await _birthday(app, ctx))
        await authorize(app, ctx, "iam:GetUser", Resource(root.account, root.arn))
        return root
    await authorize_identity(app, ctx, "iam:GetUser", identity_of(ctx, "user", name))

    def get_txn(connection: Connection) -> User:
        row = require_identity(connection, identity_of(ctx, "user", name))
        return User(row, tags_of(connection, row.id))

    return await app.db.read(get_txn)


async def delete(app: App, ctx: Context, name: str) -> None:
    """Deletes a user who has nothing left. Raises NoSuchEntity, DeleteConflict."""
    await authorize_identity(app, ctx, "iam:DeleteUser", identity_of(ctx, "user", name))

    def delete_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, "user", name))
        _check_unused(connection, row)
        rows.delete_identity(connection, row.id)
        raise_version(connection, ctx.principal.account)

    await app.db.write(delete_txn)


async def _authorize_creation(app: App, ctx: Context, req: UserRequest) -> None:
    account = ctx.principal.account
    resource = Resource(account, identity_arn(account, "user", req.path, req.name))
    keys = request_tag_keys(dict(req.tags))
    if req.boundary_arn is not None:
        keys["iam:PermissionsBoundary"] = req.boundary_arn
    await authorize(app, ctx, "iam:CreateUser", resource, keys)
    if req.tags:
        await authorize(app, ctx, "iam:TagUser", resource, keys)


async def _birthday(app: App, ctx: Context) -> datetime:
    return await app.db.read(access_keys.account_created_at, ctx.principal.account)


def _check_unused(connection: Connection, row: IdentityRow) -> None:
    if count_keys(connection, row.unique_id):
        raise DeleteConflict("Cannot delete entity, must delete access keys first.")
    if attached_to(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if inline_of(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
    if count_groups(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
