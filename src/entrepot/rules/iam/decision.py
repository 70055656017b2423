"""What a decision is made from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.principals import Grant
from entrepot.rules.iam.statements import Miss, View

Layer = Literal["resource", "identity", "boundary", "session"]
"""What kind of policy plays which part. A registry policy is one of the resource, like a repository's; so are a
trust policy, without which nobody assumes the role, and a key policy, without which nobody does anything to the key."""

LAYERS: tuple[Layer, ...] = ("resource", "identity", "boundary", "session")

Reason = Literal["allowed", "root", "explicit-deny", "not-allowed", "not-for-anonymous"]
"""`root`: the account's root needs no policy. `not-allowed`: no policy of the deciding layer allows the action."""

Source = Literal["inline", "managed", "group", "resource", "registry", "trust", "key", "boundary", "session"]


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy and where it comes from. `name` is shown to people: a policy's name or ARN, a repository's name."""

    name: str
    policy: Policy
    source: Source


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Every policy that bears on one request.

    No `boundary` (None) limits nothing, and so do no `session` policies (None); an empty tuple of them allows nothing.
    `resource` is the repository's policy, the role's trust policy or the policy of the key.
    """

    identity: tuple[NamedPolicy, ...] = ()
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] | None = None
    resource: NamedPolicy | None = None
    registry: NamedPolicy | None = None
    registry_scope: Literal["V1", "V2"] = "V2"


@dataclass(frozen=True, slots=True)
class Decider:
    """The statement that decided. `index` counts from 0."""

    policy: str
    source: Source
    index: int
    sid: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `layer` is the kind of policy that decided: by `by`, or by having no statement that allows."""

    allowed: bool
    reason: Reason
    layer: Layer | None = None
    by: Decider | None = None
    trust: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement and what kept it from applying."""

    policy: NamedPolicy
    statement: Statement
    miss: Miss | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the policies of one layer say. `limits` is False for a layer that does not exist for this principal."""

    layer: Layer
    limits: bool
    checked: tuple[Checked, ...]
    deny: Checked | None
    allow: Checked | None
    grant: Grant


@dataclass(frozen=True, slots=True)
class Examination:
    """A decision and everything that it was made from."""

    view: View
    outcomes: dict[Layer, Outcome]
    decision: Decision
