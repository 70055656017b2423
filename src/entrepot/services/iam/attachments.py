"""Managed policies on users, groups and roles: attached ones, and permissions boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import NoSuchEntity
from entrepot.meta import policy_attachments as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.identities import Kind, change_identity
from entrepot.meta.policy_attachments import Holder
from entrepot.rules.iam_limits import ATTACHED_POLICIES, check_quota
from entrepot.services.iam.identity_lookup import Identity, authorize_identity, require_identity
from entrepot.services.iam.policy_lookup import attachable, authorize_policy, owner_of

Use = Literal["PermissionsPolicy", "PermissionsBoundary"]


@dataclass(frozen=True, slots=True)
class HolderFilter:
    """Which holders of a policy are wanted. None stands for all."""

    kind: Kind | None = None
    path_prefix: str = "/"
    use: Use | None = None


async def attach(app: App, ctx: Context, identity: Identity, arn: str) -> None:
    """Attaches a policy; one that is attached already is no error. Raises NoSuchEntity, InvalidInput, LimitExceeded."""
    owner_of(arn)
    await authorize_identity(app, ctx, f"iam:Attach{identity.title}Policy", identity, {"iam:PolicyARN": arn})

    def attach_txn(connection: Connection) -> None:
        row = require_identity(connection, identity)
        if not _is_attachable(connection, identity.account, arn):
            raise NoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
        rows.attach(connection, row.id, arn)
        count = len(rows.attached_to(connection, row.id))
        check_quota(f"PoliciesPer{identity.title}", count, ATTACHED_POLICIES)
        raise_version(connection, identity.account)

    await app.db.write(attach_txn)


async def detach(app: App, ctx: Context, identity: Identity, arn: str) -> None:
    """Detaches a policy. Raises NoSuchEntity, InvalidInput."""
    owner_of(arn)
    await authorize_identity(app, ctx, f"iam:Detach{identity.title}Policy", identity, {"iam:PolicyARN": arn})

    def detach_txn(connection: Connection) -> None:
        if not rows.detach(connection, require_identity(connection, identity).id, arn):
            raise NoSuchEntity(f"Policy {arn} was not found.")
        raise_version(connection, identity.account)

    await app.db.write(detach_txn)


async def attached(app: App, ctx: Context, identity: Identity, path_prefix: str) -> list[str]:
    """The ARNs of the policies attached to an identity whose paths begin so, sorted. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:ListAttached{identity.title}Policies", identity)
    arns = await app.db.read(lambda c: rows.attached_to(c, require_identity(c, identity).id))
    return [arn for arn in arns if arn.partition(":policy")[2].startswith(path_prefix)]


async def holders(app: App, ctx: Context, arn: str, wanted: HolderFilter) -> list[Holder]:
    """The identities of the caller's account that have a policy, each once, the oldest first. Raises NoSuchEntity."""
    await authorize_policy(app, ctx, "iam:ListEntitiesForPolicy", arn)
    account = ctx.principal.account

    def holders_txn(connection: Connection) -> list[Holder]:
        if not attachable(connection, arn):
            raise NoSuchEntity(f"Policy {arn} was not found.")
        found: dict[int, Holder] = {}
        for use, boundaries in (("PermissionsPolicy", False), ("PermissionsBoundary", True)):
            if wanted.use in (None, use):
                found |= {each.id: each for each in rows.holders_of(connection, account, arn, boundaries=boundaries)}
        return [found[key] for key in sorted(found) if _is_wanted(found[key], wanted)]

    return await app.db.read(holders_txn)


async def put_boundary(app: App, ctx: Context, identity: Identity, arn: str) -> None:
    """Sets what a user or role can be allowed at most. Raises NoSuchEntity, InvalidInput."""
    owner_of(arn)
    action = f"iam:Put{identity.title}PermissionsBoundary"
    await authorize_identity(app, ctx, action, identity, {"iam:PermissionsBoundary": arn})

    def put_txn(connection: Connection) -> None:
        row = require_identity(connection, identity)
        check_boundary(connection, identity.account, arn)
        change_identity(connection, row.id, boundary_arn=arn)
        raise_version(connection, identity.account)

    await app.db.write(put_txn)


async def delete_boundary(app: App, ctx: Context, identity: Identity) -> None:
    """Removes the boundary; that there is none is no error. Raises NoSuchEntity."""
    await authorize_identity(app, ctx, f"iam:Delete{identity.title}PermissionsBoundary", identity)

    def delete_txn(connection: Connection) -> None:
        change_identity(connection, require_identity(connection, identity).id, boundary_arn=None)
        raise_version(connection, identity.account)

    await app.db.write(delete_txn)


def check_boundary(connection: Connection, account: str, arn: str) -> None:
    """What a boundary of an identity of `account` has to be. Raises NoSuchEntity, InvalidInput."""
    if not _is_attachable(connection, account, arn):
        raise NoSuchEntity(f"Scope ARN: {arn} does not exist or is not attachable.")


def _is_attachable(connection: Connection, account: str, arn: str) -> bool:
    return owner_of(arn) in ("aws", account) and attachable(connection, arn)


def _is_wanted(holder: Holder, wanted: HolderFilter) -> bool:
    return wanted.kind in (None, holder.kind) and holder.path.startswith(wanted.path_prefix)
