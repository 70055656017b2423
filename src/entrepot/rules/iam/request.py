"""Who asks for what: the facts that a decision is made of.

Sources: IAM User Guide, "AWS global condition context keys" and the table "Principal key values" in "IAM policy
elements: Variables and tags".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Value = str | tuple[str, ...]
"""A key's value in a request. A tuple, however long, is that of a key which may have several (aws:TagKeys)."""

PrincipalKind = Literal["root", "user", "role-session", "federated", "service", "anonymous"]

NO_IDENTITY: frozenset[PrincipalKind] = frozenset({"federated", "service", "anonymous"})
"""Kinds of principal that no identity-based policy can be attached to."""


@dataclass(frozen=True, slots=True)
class PrincipalFacts:
    """Who asks.

    `arn` is what a denial names: for a role's session the assumed-role ARN, for a web identity the ARN of its
    provider, for a service its name (`ecr.amazonaws.com`), for nobody in particular `anonymous`. `unique_id` is IAM's:
    that of the user or role (AIDA..., AROA...), the account id for its root. `account` is empty where there is none.
    `tags` are the principal's, with those of its session over them.
    """

    kind: PrincipalKind
    arn: str
    account: str = ""
    unique_id: str = ""
    user_name: str = ""
    role_arn: str = ""
    session_name: str = ""
    tags: tuple[tuple[str, str], ...] = ()


ANONYMOUS = PrincipalFacts("anonymous", "anonymous")


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One question: may `principal` do `action` (`service:Name`) to `resource_arn`, which `resource_account` owns?

    `resource_arn` is `*` for an action that is about no resource. `context` has the condition keys of the request and
    of the resource; those that tell of the principal are taken from `principal`, whatever `context` says.
    """

    principal: PrincipalFacts
    action: str
    resource_arn: str
    resource_account: str
    context: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Keys:
    """A request's condition keys. Case does not count in their names, nor in those of tags.

    But where two tags differ in nothing else, a policy that spells one of them exactly means that one.
    """

    exact: Mapping[str, Value]
    folded: Mapping[str, Value]

    def value(self, key: str, lower: str) -> Value | None:
        """The value of `key`, which is `lower` in lower case; None where the request has none."""
        found = self.exact.get(key)
        return self.folded.get(lower) if found is None else found

    def single(self, lower: str) -> str | None:
        """The value for a policy variable: a key that may have several values has none to offer."""
        found = self.folded.get(lower)
        return found if isinstance(found, str) else None


def keys_of(request: AccessRequest) -> Keys:
    """All the condition keys that a decision may look at. One that would be there with no values at all is not."""
    exact: dict[str, Value] = {**principal_keys(request.principal), "aws:ResourceAccount": request.resource_account}
    exact |= {key: value for key, value in request.context.items() if value != () and not tells_of_principal(key)}
    folded: dict[str, Value] = {}
    for key in sorted(exact):
        folded.setdefault(key.lower(), exact[key])
    return Keys(exact, folded)


def principal_keys(principal: PrincipalFacts) -> dict[str, Value]:
    """The condition keys that follow from who asks."""
    keys: dict[str, Value] = {
        "aws:PrincipalType": _TYPES[principal.kind],
        "aws:PrincipalIsAWSService": "true" if principal.kind == "service" else "false",
        **{f"aws:PrincipalTag/{key}": value for key, value in principal.tags},
    }
    facts = {
        "aws:PrincipalArn": principal.role_arn or ("" if principal.kind in NO_IDENTITY else principal.arn),
        "aws:PrincipalAccount": principal.account,
        "aws:PrincipalServiceName": principal.arn if principal.kind == "service" else "",
        "aws:userid": _user_id(principal),
        "aws:username": principal.user_name,
    }
    return keys | {key: value for key, value in facts.items() if value}


def tells_of_principal(key: str) -> bool:
    """Whether a condition key, in any case, is one that follows from who asks."""
    lower = key.lower()
    return lower in _PRINCIPAL_KEYS or lower.startswith("aws:principaltag/")


def _user_id(principal: PrincipalFacts) -> str:
    if principal.kind == "role-session":
        return f"{principal.unique_id}:{principal.session_name}"
    return "anonymous" if principal.kind == "anonymous" else principal.unique_id


_TYPES: Mapping[PrincipalKind, str] = {
    "root": "Account",
    "user": "User",
    "role-session": "AssumedRole",
    "federated": "FederatedUser",
    "service": "Service",
    "anonymous": "Anonymous",
}

_PRINCIPAL_KEYS = frozenset(
    {
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalservicename",
        "aws:resourceaccount",
        "aws:userid",
        "aws:username",
    }
)
