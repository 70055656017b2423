"""Groups, and the users in them."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import DeleteConflict
from entrepot.meta import group_members
from entrepot.meta import identities as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import IdentityRow, NewIdentity, identity_arn
from entrepot.meta.policy_attachments import attached_to, inline_of
from entrepot.meta.times import to_micros
from entrepot.rules import iam_limits
from entrepot.services.access import authorize
from entrepot.services.iam.identities import GROUP_ID, already_exists
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity
from entrepot.services.iam.ids import unique_id


async def create(app: App, ctx: Context, name: str, path: str) -> IdentityRow:
    """Creates a group. Raises EntityAlreadyExists, LimitExceeded."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:CreateGroup", Resource(account, identity_arn(account, "group", path, name)))
    new = NewIdentity("group", name, path, unique_id(GROUP_ID), to_micros(ctx.now))

    def create_txn(connection: Connection) -> IdentityRow:
        row = rows.add_identity(connection, account, new)
        if row is None:
            raise already_exists("group", name)
        count = rows.count_identities(connection, account, "group")
        iam_limits.check_quota("GroupsPerAccount", count, iam_limits.GROUPS)
        raise_version(connection, account)
        return row

    return await app.db.write(create_txn)


async def members(app: App, ctx: Context, name: str, after: str, count: int) -> tuple[IdentityRow, list[IdentityRow]]:
    """A group, and the `count` users in it whose names in lower case follow `after`. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, "iam:GetGroup", identity_of(ctx, "group", name))

    def members_txn(connection: Connection) -> tuple[IdentityRow, list[IdentityRow]]:
        group = require_identity(connection, identity_of(ctx, "group", name))
        return group, group_members.page_of_members(connection, group.id, after, count)

    return await app.db.read(members_txn)


async def groups_of_user(app: App, ctx: Context, user: str, after: str, count: int) -> list[IdentityRow]:
    """The `count` groups of a user whose names in lower case follow `after`. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, "iam:ListGroupsForUser", identity_of(ctx, "user", user))

    def groups_txn(connection: Connection) -> list[IdentityRow]:
        row = require_identity(connection, identity_of(ctx, "user", user))
        return group_members.page_of_groups(connection, row.id, after, count)

    return await app.db.read(groups_txn)


async def add_user(app: App, ctx: Context, group: str, user: str) -> None:
    """Puts a user into a group, where they may be already. Raises NoSuchEntity, LimitExceeded."""
    await authorize_identity(app, ctx, "iam:AddUserToGroup", identity_of(ctx, "group", group))

    def add_txn(connection: Connection) -> None:
        group_row, user_row = _pair(connection, ctx, group, user)
        group_members.add_member(connection, group_row.id, user_row.id)
        count = group_members.count_groups(connection, user_row.id)
        iam_limits.check_quota("GroupsPerUser", count, iam_limits.GROUPS_OF_USER)
        raise_version(connection, ctx.principal.account)

    await app.db.write(add_txn)


async def remove_user(app: App, ctx: Context, group: str, user: str) -> None:
    """Takes a user out of a group; one who is not in it is no error. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, "iam:RemoveUserFromGroup", identity_of(ctx, "group", group))

    def remove_txn(connection: Connection) -> None:
        group_row, user_row = _pair(connection, ctx, group, user)
        group_members.remove_member(connection, group_row.id, user_row.id)
        raise_version(connection, ctx.principal.account)

    await app.db.write(remove_txn)


async def delete(app: App, ctx: Context, name: str) -> None:
    """Deletes a group with neither members nor policies. Raises NoSuchEntity, DeleteConflict."""
    await authorize_identity(app, ctx, "iam:DeleteGroup", identity_of(ctx, "group", name))

    def delete_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, "group", name))
        _check_unused(connection, row)
        rows.delete_identity(connection, row.id)
        raise_version(connection, ctx.principal.account)

    await app.db.write(delete_txn)


def _pair(connection: Connection, ctx: Context, group: str, user: str) -> tuple[IdentityRow, IdentityRow]:
    wanted = identity_of(ctx, "group", group), identity_of(ctx, "user", user)
    return require_identity(connection, wanted[0]), require_identity(connection, wanted[1])


def _check_unused(connection: Connection, row: IdentityRow) -> None:
    if group_members.count_members(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
    if attached_to(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if inline_of(connection, row.id):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
