"""Everything in an account that says who may do what, for an auditor: users, groups, roles, and policies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.meta import group_members, identities, policy_attachments
from entrepot.meta.iam_policies import VersionRow, all_policies
from entrepot.meta.identities import IdentityRow, Kind
from entrepot.meta.identity_tags import tags_of
from entrepot.meta.policy_attachments import Usage
from entrepot.rules.iam import managed
from entrepot.services.access import authorize
from entrepot.services.iam.policy_lookup import ManagedPolicy, of_aws, of_row, versions
from entrepot.services.iam.roles import with_arns

EntityType = Literal["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
Position = tuple[str, str]
"""The letter of a kind of entity, and a name in lower case."""

_MOST_GROUPS = 1000
_KINDS: tuple[tuple[str, Kind, EntityType], ...] = (
    ("a", "user", "User"),
    ("b", "group", "Group"),
    ("c", "role", "Role"),
)
_AWS, _LOCAL = "d", "e"


@dataclass(frozen=True, slots=True)
class IdentityDetail:
    """A user, group or role with all that it has. `inline` has documents by name, `attached` ARNs."""

    position: Position
    row: IdentityRow
    tags: Mapping[str, str]
    inline: Mapping[str, str]
    attached: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyDetail:
    """A managed policy with its versions, the newest first."""

    position: Position
    policy: ManagedPolicy
    versions: tuple[VersionRow, ...]


Detail = IdentityDetail | PolicyDetail


async def page(app: App, ctx: Context, wanted: Collection[EntityType], after: Position, count: int) -> list[Detail]:
    """The `count` entities that follow a position, of the types wanted; of AWS's policies those that are in use."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:GetAccountAuthorizationDetails", Resource(account, "*"))
    return await app.db.read(
        lambda connection: list(islice(_details(connection, account, wanted, after, count), count))
    )


def _details(
    connection: Connection, account: str, wanted: Collection[EntityType], after: Position, count: int
) -> Iterator[Detail]:
    for letter, kind, entity in _KINDS:
        if entity in wanted and letter >= after[0]:
            start = after[1] if letter == after[0] else ""
            for row in with_arns(
                connection, identities.page_of_identities(connection, account, kind, "/", start, count)
            ):
                yield _identity(connection, letter, row)
    for position, policy in _policies(connection, account, wanted):
        if position > after:
            yield PolicyDetail(position, policy, tuple(versions(connection, policy.arn)[1]))


def _identity(connection: Connection, letter: str, row: IdentityRow) -> IdentityDetail:
    groups = group_members.page_of_groups(connection, row.id, "", _MOST_GROUPS) if row.kind == "user" else []
    return IdentityDetail(
        (letter, row.name.lower()),
        row,
        tags_of(connection, row.id),
        policy_attachments.inline_of(connection, row.id),
        tuple(policy_attachments.attached_to(connection, row.id)),
        tuple(group.name for group in groups),
    )


def _policies(
    connection: Connection, account: str, wanted: Collection[EntityType]
) -> Iterator[tuple[Position, ManagedPolicy]]:
    usage = policy_attachments.usage_in(connection, account)
    if "AWSManagedPolicy" in wanted:
        found = [of_aws(arn, usage[arn]) for arn in managed.MANAGED if arn in usage]
        yield from sorted((((_AWS, policy.name.lower()), policy) for policy in found), key=lambda each: each[0])
    if "LocalManagedPolicy" in wanted:
        for row in all_policies(connection, account):
            yield (_LOCAL, row.name.lower()), of_row(row, usage.get(row.arn, Usage()))
