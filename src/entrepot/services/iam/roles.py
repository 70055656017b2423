"""Roles: who may take them on, and what they are; what they may do is in their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import DeleteConflict
from entrepot.meta import identities as rows
from entrepot.meta import policy_attachments
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import IdentityRow, NewIdentity, identity_arn
from entrepot.meta.identity_tags import set_tags, tags_of
from entrepot.meta.times import to_micros
from entrepot.rules import iam_limits
from entrepot.rules.iam_tags import merge_identity_tags
from entrepot.services.access import authorize
from entrepot.services.bound_principals import bind, unbind
from entrepot.services.iam.attachments import check_boundary
from entrepot.services.iam.documents import check_trust_policy
from entrepot.services.iam.identities import already_exists
from entrepot.services.iam.identity_lookup import authorize_identity, identity_of, require_identity
from entrepot.services.iam.ids import unique_id
from entrepot.services.iam.policy_lookup import owner_of, request_tag_keys

DEFAULT_SESSION_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """What CreateRole is given."""

    name: str
    path: str
    trust_policy: str
    description: str | None
    max_session_seconds: int
    boundary_arn: str | None
    tags: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its tags."""

    row: IdentityRow
    tags: Mapping[str, str]


async def create(app: App, ctx: Context, req: RoleRequest) -> Role:
    """Creates a role. Raises PolicyInvalid, EntityAlreadyExists, LimitExceeded, NoSuchEntity (its boundary)."""
    account = ctx.principal.account
    await _authorize_create(app, ctx, req)
    check_trust_policy(req.trust_policy)
    tags = merge_identity_tags("role", {}, req.tags)
    new = NewIdentity(
        kind="role",
        name=req.name,
        path=req.path,
        unique_id=unique_id("AROA"),
        boundary_arn=req.boundary_arn,
        description=req.description,
        max_session_seconds=req.max_session_seconds,
        now=to_micros(ctx.now),
    )

    def create_txn(connection: Connection) -> Role:
        if req.boundary_arn:
            check_boundary(connection, account, req.boundary_arn)
        bound = replace(new, trust_policy=bind(connection, req.trust_policy))
        row = rows.add_identity(connection, account, bound)
        if row is None:
            raise already_exists("role", req.name)
        set_tags(connection, row.id, tags)
        iam_limits.check_quota("RolesPerAccount", rows.count_identities(connection, account, "role"), iam_limits.ROLES)
        raise_version(connection, account)
        return _shown(connection, row)

    return await app.db.write(create_txn)


async def get(app: App, ctx: Context, name: str) -> Role:
    """A role. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:GetRole", name)

    def get_txn(connection: Connection) -> Role:
        return _shown(connection, require_identity(connection, identity_of(ctx, "role", name)))

    return await app.db.read(get_txn)


async def page(app: App, ctx: Context, path_prefix: str, after: str, count: int) -> list[IdentityRow]:
    """The `count` roles whose names (in lower case) follow `after`, by name."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:ListRoles", Resource(account, f"arn:aws:iam::{account}:role{path_prefix}"))
    return await app.db.read(
        lambda c: with_arns(c, rows.page_of_identities(c, account, "role", path_prefix, after, count))
    )


async def update(
    app: App, ctx: Context, name: str, *, description: str | None, max_session_seconds: int | None
) -> None:
    """Changes a role's description and the longest session that it gives; None leaves as it is. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:UpdateRole", name)
    account = ctx.principal.account

    def update_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, "role", name))
        changed_description = row.description if description is None else description
        seconds = max_session_seconds or row.max_session_seconds
        rows.change_identity(connection, row.id, description=changed_description, max_session_seconds=seconds)
        raise_version(connection, account)

    await app.db.write(update_txn)


async def set_description(app: App, ctx: Context, name: str, description: str) -> Role:
    """Changes a role's description. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:UpdateRoleDescription", name)
    account = ctx.principal.account

    def set_txn(connection: Connection) -> Role:
        row = require_identity(connection, identity_of(ctx, "role", name))
        rows.change_identity(connection, row.id, description=description)
        raise_version(connection, account)
        return _shown(connection, require_identity(connection, identity_of(ctx, "role", name)))

    return await app.db.write(set_txn)


async def set_trust_policy(app: App, ctx: Context, name: str, document: str) -> None:
    """Changes who may take the role on. Raises NoSuchEntity, PolicyInvalid, LimitExceeded."""
    await _authorize(app, ctx, "iam:UpdateAssumeRolePolicy", name)
    account = ctx.principal.account
    check_trust_policy(document)

    def set_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, "role", name))
        rows.change_identity(connection, row.id, trust_policy=bind(connection, document))
        raise_version(connection, account)

    await app.db.write(set_txn)


async def delete(app: App, ctx: Context, name: str) -> None:
    """Deletes a role that has no policies any more. Raises NoSuchEntity, DeleteConflict."""
    await _authorize(app, ctx, "iam:DeleteRole", name)
    account = ctx.principal.account

    def delete_txn(connection: Connection) -> None:
        row = require_identity(connection, identity_of(ctx, "role", name))
        if policy_attachments.attached_to(connection, row.id):
            raise DeleteConflict("Cannot delete entity, must detach all policies first.")
        if policy_attachments.inline_of(connection, row.id):
            raise DeleteConflict("Cannot delete entity, must delete policies first.")
        rows.delete_identity(connection, row.id)
        raise_version(connection, account)

    await app.db.write(delete_txn)


def with_arns(connection: Connection, found: Sequence[IdentityRow]) -> list[IdentityRow]:
    """Identities with their trust policies, if they have one, as they are shown: principals by ARN."""
    texts = unbind(connection, [row.trust_policy or "" for row in found])
    return [replace(row, trust_policy=text or None) for row, text in zip(found, texts, strict=True)]


def _shown(connection: Connection, row: IdentityRow) -> Role:
    return Role(with_arns(connection, [row])[0], tags_of(connection, row.id))


async def _authorize(app: App, ctx: Context, action: str, name: str) -> None:
    await authorize_identity(app, ctx, action, identity_of(ctx, "role", name))


async def _authorize_create(app: App, ctx: Context, req: RoleRequest) -> None:
    account = ctx.principal.account
    keys = request_tag_keys(dict(req.tags))
    if req.boundary_arn:
        owner_of(req.boundary_arn)
        keys["iam:PermissionsBoundary"] = req.boundary_arn
    resource = Resource(account, identity_arn(account, "role", req.path, req.name))
    await authorize(app, ctx, "iam:CreateRole", resource, keys)
    if req.tags:
        await authorize(app, ctx, "iam:TagRole", resource, keys)
