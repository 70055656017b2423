"""The policies that a simulation is made with: those that a user, group or role has, and those given as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from entrepot.errors import InvalidInput, NoSuchEntity, PolicyInvalid
from entrepot.meta import group_members, identities, policy_attachments
from entrepot.meta.identities import IdentityRow, Kind
from entrepot.meta.identity_tags import tags_of
from entrepot.rules.iam.decision import NamedPolicy, Source
from entrepot.rules.iam.document import Kind as DocumentKind
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam_simulation import SimulatedPolicy, SourceType
from entrepot.services.iam.policy_lookup import owner_of, versions

_MOST_GROUPS = 1000
_ARN_PATTERN = re.compile(r"arn:aws:iam::(?:\d{12}|aws):policy/[\w+=,.@*?/-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Policies that a simulation leaves out, by one of three things.

    That is one of AWS's types of policies, such as 'inline', a pattern that the ARNs of managed ones fit, or an inline
    policy's (kind of the identity, its name, name of the policy).
    """

    policy_type: str | None = None
    arn: str | None = None
    inline: tuple[str, str, str] | None = None

    def of_managed(self, arn: str) -> bool:
        """Whether an attached policy is left out."""
        kind = "aws-managed" if owner_of(arn) == "aws" else "user-managed"
        return self.policy_type == kind or (self.arn is not None and _pattern(self.arn).fullmatch(arn) is not None)

    def of_inline(self, kind: str, holder: str, name: str) -> bool:
        """Whether an inline policy is left out."""
        return self.policy_type == "inline" or self.inline == (kind, holder, name)


def check_exclusion(exclusion: Exclusion) -> None:
    """Raises InvalidInput for what is not one of the three, or has an ARN that could be no policy's."""
    given_ones = [each for each in (exclusion.policy_type, exclusion.arn, exclusion.inline) if each is not None]
    if len(given_ones) != 1:
        raise InvalidInput("A policy identifier has exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier.")
    arn = exclusion.arn
    if arn is not None and (arn.count("*") > 1 or not _ARN_PATTERN.fullmatch(arn)):
        raise InvalidInput(f"ARN {arn} is not valid.")


def _pattern(arn: str) -> re.Pattern[str]:
    return re.compile(re.escape(arn).replace(r"\*", ".*").replace(r"\?", "."))


@dataclass(frozen=True, slots=True)
class Simulated:
    """Policies by the part that they play."""

    identity: list[SimulatedPolicy] = field(default_factory=list[SimulatedPolicy])
    boundary: SimulatedPolicy | None = None


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A user, group or role with its policies, and those of the groups that a user is in."""

    row: IdentityRow
    tags: tuple[tuple[str, str], ...]
    policies: Simulated


def given(name: str, text: str, kind: DocumentKind, source: Source, source_type: SourceType) -> SimulatedPolicy:
    """A policy that a request brings along. Raises InvalidInput for one that is not a policy of its kind."""
    try:
        return SimulatedPolicy(NamedPolicy(name, parse_policy(text, kind), source), source_type, text)
    except PolicyInvalid as error:
        raise InvalidInput(f"Invalid policy {name}: {error.reason}") from None


def find_source(
    connection: Connection, account: str, kind: Kind, name: str, arn: str, left_out: Sequence[Exclusion]
) -> PolicySource:
    """The identity of that ARN with its policies, but for those left out. Raises NoSuchEntity."""
    row = identities.find_identity(connection, account, kind, name)
    if row is None or row.arn != arn:
        raise NoSuchEntity(f"The {kind} with name {name} cannot be found.")
    groups = group_members.page_of_groups(connection, row.id, "", _MOST_GROUPS) if kind == "user" else []
    found = [policy for each in (row, *groups) for policy in _policies_of(connection, each, left_out)]
    boundary = None
    if row.boundary_arn and not any(each.policy_type == "permission-boundary" for each in left_out):
        boundary = _managed(connection, row.boundary_arn, "boundary")
    unique = {policy.named.name: policy for policy in found}
    return PolicySource(row, tuple(tags_of(connection, row.id).items()), Simulated(list(unique.values()), boundary))


def _policies_of(connection: Connection, row: IdentityRow, left_out: Sequence[Exclusion]) -> Iterator[SimulatedPolicy]:
    for name, text in policy_attachments.inline_of(connection, row.id).items():
        if not any(each.of_inline(row.kind, row.name, name) for each in left_out):
            source: Source = "group" if row.kind == "group" else "inline"
            yield given(f"{row.kind}_{row.name}_{name}", text, "identity", source, row.kind)
    for arn in policy_attachments.attached_to(connection, row.id):
        if not any(each.of_managed(arn) for each in left_out):
            yield _managed(connection, arn, "managed")


def _managed(connection: Connection, arn: str, source: Source) -> SimulatedPolicy:
    default, found = versions(connection, arn)
    text = next(row.document for row in found if row.version == default)
    kind: SourceType = "aws-managed" if owner_of(arn) == "aws" else "user-managed"
    return given(arn, text, "boundary" if source == "boundary" else "identity", source, kind)
