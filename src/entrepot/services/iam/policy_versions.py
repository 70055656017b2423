"""The versions of a managed policy, of which one, the default, counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from entrepot.meta import iam_policies as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.iam_policies import VersionRow
from entrepot.meta.times import to_micros
from entrepot.rules.iam_limits import VERSIONS_OF_POLICY
from entrepot.services.iam.documents import check_managed_policy
from entrepot.services.iam.policy_lookup import authorize_change, authorize_policy, require_row, versions

_VERSION_ID = re.compile("v([1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version, and whether it is the one that counts."""

    row: VersionRow
    is_default: bool


async def create(app: App, ctx: Context, arn: str, document: str, *, default: bool) -> PolicyVersion:
    """Adds a version. Raises NoSuchEntity, PolicyInvalid, LimitExceeded where there are five already."""
    await authorize_change(app, ctx, "iam:CreatePolicyVersion", arn)
    check_managed_policy(document)

    def create_txn(connection: Connection) -> PolicyVersion:
        policy = require_row(connection, arn)
        if len(rows.versions_of(connection, policy.id)) >= VERSIONS_OF_POLICY:
            raise LimitExceeded(
                f"A managed policy can have up to {VERSIONS_OF_POLICY} versions. Before you create a new version, "
                "you must delete an existing version."
            )
        row = rows.add_version(connection, policy, document, to_micros(ctx.now), default=default)
        raise_version(connection, policy.account_id)
        return PolicyVersion(row, default)

    return await app.db.write(create_txn)


async def get(app: App, ctx: Context, arn: str, version_id: str) -> PolicyVersion:
    """One version. Raises NoSuchEntity."""
    await authorize_policy(app, ctx, "iam:GetPolicyVersion", arn)
    default, found = await app.db.read(versions, arn)
    return PolicyVersion(row := _find(found, arn, version_id), row.version == default)


async def list_all(app: App, ctx: Context, arn: str) -> list[PolicyVersion]:
    """All versions, the newest first. Raises NoSuchEntity."""
    await authorize_policy(app, ctx, "iam:ListPolicyVersions", arn)
    default, found = await app.db.read(versions, arn)
    return [PolicyVersion(row, row.version == default) for row in found]


async def set_default(app: App, ctx: Context, arn: str, version_id: str) -> None:
    """Makes a version the one that counts. Raises NoSuchEntity."""
    await authorize_change(app, ctx, "iam:SetDefaultPolicyVersion", arn)

    def set_txn(connection: Connection) -> None:
        policy = require_row(connection, arn)
        row = _find(rows.versions_of(connection, policy.id), arn, version_id)
        rows.set_default_version(connection, policy.id, row.version, to_micros(ctx.now))
        raise_version(connection, policy.account_id)

    await app.db.write(set_txn)


async def delete(app: App, ctx: Context, arn: str, version_id: str) -> None:
    """Deletes a version other than the default. Raises NoSuchEntity, DeleteConflict."""
    await authorize_change(app, ctx, "iam:DeletePolicyVersion", arn)

    def delete_txn(connection: Connection) -> None:
        policy = require_row(connection, arn)
        row = _find(rows.versions_of(connection, policy.id), arn, version_id)
        if row.version == policy.default_version:
            raise DeleteConflict("Cannot delete the default version of a policy.")
        rows.delete_version(connection, policy.id, row.version)
        raise_version(connection, policy.account_id)

    await app.db.write(delete_txn)


def _find(found: list[VersionRow], arn: str, version_id: str) -> VersionRow:
    match = _VERSION_ID.fullmatch(version_id)
    for row in found:
        if match and row.version == int(match[1]):
            return row
    raise NoSuchEntity(f"Policy {arn} version {version_id} does not exist or is not attachable.")
