"""The policies that a simulation is made with: those that a user, group or role has, and those given as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A policy that a simulation leaves out, by ARN or by whose inline policy it is. `kind` is AWS's PolicyType."""

    kind: str
    arn: str | None = None
    inline: tuple[str, str, str] | None = None


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
    if row.boundary_arn and not any(map(_leaves_out_boundary(row.boundary_arn), left_out)):
        boundary = _managed(connection, row.boundary_arn, "boundary")
    unique = {policy.named.name: policy for policy in found}
    return PolicySource(row, tuple(tags_of(connection, row.id).items()), Simulated(list(unique.values()), boundary))


def _policies_of(connection: Connection, row: IdentityRow, left_out: Sequence[Exclusion]) -> Iterator[SimulatedPolicy]:
    for name, text in policy_attachments.inline_of(connection, row.id).items():
        if not any(each.inline == (row.kind, row.name, name) for each in left_out):
            source: Source = "group" if row.kind == "group" else "inline"
            yield given(f"{row.kind}_{row.name}_{name}", text, "identity", source, row.kind)
    for arn in policy_attachments.attached_to(connection, row.id):
        kind = "aws-managed" if owner_of(arn) == "aws" else "user-managed"
        if not any(each.kind == kind and each.arn == arn for each in left_out):
            yield _managed(connection, arn, "managed")


def _managed(connection: Connection, arn: str, source: Source) -> SimulatedPolicy:
    default, found = versions(connection, arn)
    text = next(row.document for row in found if row.version == default)
    kind: SourceType = "aws-managed" if owner_of(arn) == "aws" else "user-managed"
    return given(arn, text, "boundary" if source == "boundary" else "identity", source, kind)


def _leaves_out_boundary(arn: str) -> Callable[[Exclusion], bool]:
    return lambda each: each.kind == "permission-boundary" and each.arn in (None, arn)
