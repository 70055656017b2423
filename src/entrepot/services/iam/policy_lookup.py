"""Managed policies by ARN: the account's own rows, and AWS's, which are everyone's and nobody's to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import AccessDenied, InvalidInput, NoSuchEntity
from entrepot.meta import iam_policies as rows
from entrepot.meta.iam_policies import PolicyRow, VersionRow
from entrepot.meta.policy_attachments import Usage
from entrepot.rules.iam import managed
from entrepot.services.access import authorize
from entrepot.services.iam.ids import fixed_id

_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy((?:/[\w+=,.@-]+)+)", re.ASCII)
_PUBLISHED = datetime(2015, 12, 21, tzinfo=UTC)  # AWSs' policies have dates; that of ECR's own launch stands for all


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy as callers see it, whoever's it is. `default_version` is a number: 3 stands for 'v3'."""

    arn: str
    name: str
    path: str
    unique_id: str
    description: str | None
    default_version: int
    created_at: datetime
    updated_at: datetime
    tags: Mapping[str, str]
    usage: Usage


def owner_of(arn: str) -> str:
    """The account in a policy's ARN, 'aws' for AWS's own. Raises InvalidInput for what is no policy's ARN."""
    match = _ARN.fullmatch(arn)
    if match is None:
        raise InvalidInput(f"ARN {arn} is not valid.")
    return match[1]


async def authorize_policy(
    app: App, ctx: Context, action: str, arn: str, keys: Mapping[str, str | tuple[str, ...]] | None = None
) -> None:
    """Asks whether the caller may do `action` to a policy, there or not. Raises AccessDenied, InvalidInput.

    AWS's policies count as the caller's own: reading them takes the same rights.
    """
    owner = owner_of(arn)
    row = None if owner == "aws" else await app.db.read(rows.find_policy, owner, arn)
    account = ctx.principal.account if owner == "aws" else owner
    found = {**tag_keys(row.tags if row else {}), **(keys or {})}
    await authorize(app, ctx, action, Resource(account, arn), found)


async def authorize_change(
    app: App, ctx: Context, action: str, arn: str, keys: Mapping[str, str | tuple[str, ...]] | None = None
) -> None:
    """The same for an operation that changes the policy: AWS's are refused to everyone. Raises AccessDenied."""
    await authorize_policy(app, ctx, action, arn, keys)
    if owner_of(arn) == "aws":
        raise AccessDenied(
            f"User: {ctx.principal.arn} is not authorized to perform: {action} on resource: {arn} "
            "because policies of AWS cannot be changed"
        )


def tag_keys(tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that tell of the tags on an IAM resource."""
    pairs = {f"iam:ResourceTag/{key}": value for key, value in tags.items()}
    return {**pairs, **{f"aws:ResourceTag/{key}": value for key, value in tags.items()}}


def request_tag_keys(tags: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that tell of the tags in a request."""
    pairs = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return {**pairs, "aws:TagKeys": tuple(tags)} if tags else {}


def require_row(connection: Connection, arn: str) -> PolicyRow:
    """The row of a policy that an account owns; raises NoSuchEntity."""
    row = rows.find_policy(connection, owner_of(arn), arn)
    if row is None:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    return row


def attachable(connection: Connection, arn: str) -> bool:
    """Whether there is a policy of that ARN."""
    if owner_of(arn) == "aws":
        return arn in managed.MANAGED
    return rows.find_policy(connection, owner_of(arn), arn) is not None


def versions(connection: Connection, arn: str) -> tuple[int, list[VersionRow]]:
    """A policy's default version and all that it has, the newest first. Raises NoSuchEntity."""
    if owner_of(arn) != "aws":
        row = require_row(connection, arn)
        return row.default_version, rows.versions_of(connection, row.id)
    document = managed.MANAGED.get(arn)
    if document is None:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    return 1, [VersionRow(1, document, _PUBLISHED)]


def of_row(row: PolicyRow, usage: Usage) -> ManagedPolicy:
    """An account's own policy."""
    return ManagedPolicy(
        row.arn,
        row.name,
        row.path,
        row.unique_id,
        row.description,
        row.default_version,
        row.created_at,
        row.updated_at,
        row.tags,
        usage,
    )


def of_aws(arn: str, usage: Usage) -> ManagedPolicy:
    """One of AWS's, which is known to be there."""
    path, _, name = arn.partition(":policy")[2].rpartition("/")
    return ManagedPolicy(arn, name, f"{path}/", fixed_id("ANPA", arn), None, 1, _PUBLISHED, _PUBLISHED, {}, usage)
