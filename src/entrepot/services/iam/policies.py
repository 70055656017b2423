"""Managed policies: create, look at, list, delete, tag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import DeleteConflict, EntityAlreadyExists, NoSuchEntity
from entrepot.meta import iam_policies as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.iam_policies import NewPolicy, policy_arn
from entrepot.meta.policy_attachments import Usage, usage_in
from entrepot.meta.times import to_micros
from entrepot.rules import iam_limits
from entrepot.rules.iam import managed
from entrepot.rules.resource_tags import check_tag_keys, merge_tags
from entrepot.services.access import authorize
from entrepot.services.iam.documents import check_managed_policy
from entrepot.services.iam.ids import unique_id
from entrepot.services.iam.policy_lookup import (
    ManagedPolicy,
    authorize_change,
    authorize_policy,
    of_aws,
    of_row,
    owner_of,
    request_tag_keys,
    require_row,
)

Scope = Literal["All", "AWS", "Local"]
UsageFilter = Literal["PermissionsPolicy", "PermissionsBoundary"]


@dataclass(frozen=True, slots=True)
class PolicyFilter:
    """Which policies a listing shows."""

    scope: Scope = "All"
    only_attached: bool = False
    path_prefix: str = "/"
    usage: UsageFilter | None = None


@dataclass(frozen=True, slots=True)
class PolicyRequest:
    """What CreatePolicy is given."""

    name: str
    path: str
    document: str
    description: str | None
    tags: Sequence[tuple[str, str]]


async def create(app: App, ctx: Context, req: PolicyRequest) -> ManagedPolicy:
    """Creates a policy. Raises PolicyInvalid, EntityAlreadyExists, LimitExceeded."""
    account = ctx.principal.account
    resource = Resource(account, policy_arn(account, req.path, req.name))
    keys = request_tag_keys(dict(req.tags))
    await authorize(app, ctx, "iam:CreatePolicy", resource, keys)
    if req.tags:
        await authorize(app, ctx, "iam:TagPolicy", resource, keys)
    check_managed_policy(req.document)
    tags = merge_tags({}, req.tags)
    new = NewPolicy(req.name, req.path, unique_id("ANPA"), req.description, tags, req.document, to_micros(ctx.now))

    def create_txn(connection: Connection) -> ManagedPolicy:
        row = rows.add_policy(connection, account, new)
        if row is None:
            raise EntityAlreadyExists(f"A policy called {new.name} already exists. Duplicate names are not allowed.")
        iam_limits.check_quota("PoliciesPerAccount", rows.count_policies(connection, account), iam_limits.POLICIES)
        raise_version(connection, account)
        return of_row(row, Usage())

    return await app.db.write(create_txn)


async def get(app: App, ctx: Context, arn: str) -> ManagedPolicy:
    """A policy and how much it is used. Raises NoSuchEntity, InvalidInput."""
    await authorize_policy(app, ctx, "iam:GetPolicy", arn)
    account = ctx.principal.account

    def get_txn(connection: Connection) -> ManagedPolicy:
        usage = usage_in(connection, account).get(arn, Usage())
        if owner_of(arn) != "aws":
            return of_row(require_row(connection, arn), usage)
        if arn not in managed.MANAGED:
            raise NoSuchEntity(f"Policy {arn} was not found.")
        return of_aws(arn, usage)

    return await app.db.read(get_txn)


async def page(app: App, ctx: Context, wanted: PolicyFilter, after: tuple[str, str], count: int) -> list[ManagedPolicy]:
    """The `count` policies that follow the `position` of another, AWS's first."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:ListPolicies", Resource(account, "*"))
    found = await app.db.read(_all_policies, account)
    shown = [policy for policy in found if _is_wanted(policy, wanted) and position(policy) > after]
    return sorted(shown, key=position)[:count]


def position(policy: ManagedPolicy) -> tuple[str, str]:
    """Where a policy stands in a listing."""
    return "" if owner_of(policy.arn) == "aws" else "local", policy.name.lower()


async def delete(app: App, ctx: Context, arn: str) -> None:
    """Deletes a policy that nobody has and that has one version. Raises NoSuchEntity, DeleteConflict."""
    await authorize_change(app, ctx, "iam:DeletePolicy", arn)

    def delete_txn(connection: Connection) -> None:
        row = require_row(connection, arn)
        if arn in usage_in(connection, row.account_id):
            raise DeleteConflict("Cannot delete a policy attached to entities.")
        if len(rows.versions_of(connection, row.id)) > 1:
            raise DeleteConflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        rows.delete_policy(connection, row.id)
        raise_version(connection, row.account_id)

    await app.db.write(delete_txn)


async def tags(app: App, ctx: Context, arn: str) -> Mapping[str, str]:
    """The tags of a policy; AWS's have none. Raises NoSuchEntity."""
    await authorize_policy(app, ctx, "iam:ListPolicyTags", arn)
    if arn in managed.MANAGED:
        return {}
    return (await app.db.read(require_row, arn)).tags


async def add_tags(app: App, ctx: Context, arn: str, new: Sequence[tuple[str, str]]) -> None:
    """Adds tags or gives those that are there new values. Raises NoSuchEntity, InvalidTagParameter, TooManyTags."""
    await authorize_change(app, ctx, "iam:TagPolicy", arn, request_tag_keys(dict(new)))

    def add_txn(connection: Connection) -> None:
        row = require_row(connection, arn)
        rows.set_tags(connection, row.id, merge_tags(row.tags, new))
        raise_version(connection, row.account_id)

    await app.db.write(add_txn)


async def remove_tags(app: App, ctx: Context, arn: str, keys: Sequence[str]) -> None:
    """Removes tags; keys that are not there are no error. Raises NoSuchEntity."""
    await authorize_change(app, ctx, "iam:UntagPolicy", arn, {"aws:TagKeys": tuple(keys)})
    check_tag_keys(keys)

    def remove_txn(connection: Connection) -> None:
        row = require_row(connection, arn)
        left = {key: value for key, value in row.tags.items() if key not in keys}
        rows.set_tags(connection, row.id, left)
        raise_version(connection, row.account_id)

    await app.db.write(remove_txn)


def _all_policies(connection: Connection, account: str) -> list[ManagedPolicy]:
    usage = usage_in(connection, account)
    local = [of_row(row, usage.get(row.arn, Usage())) for row in rows.all_policies(connection, account)]
    return [*(of_aws(arn, usage.get(arn, Usage())) for arn in managed.MANAGED), *local]


def _is_wanted(policy: ManagedPolicy, wanted: PolicyFilter) -> bool:
    if wanted.scope != "All" and (wanted.scope == "AWS") != (owner_of(policy.arn) == "aws"):
        return False
    used = {"PermissionsPolicy": policy.usage.attached, "PermissionsBoundary": policy.usage.boundaries}
    # As in AWS, a usage filter shows only policies that are used so.
    counts = [used[wanted.usage]] if wanted.usage else [policy.usage.attached, policy.usage.boundaries]
    if (wanted.only_attached or wanted.usage) and not any(counts):
        return False
    return policy.path.startswith(wanted.path_prefix)
