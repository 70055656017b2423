"""The Principal and NotPrincipal elements: whom a resource-based policy is about.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal". No wildcards but the lone asterisk,
which is everyone: every principal of every account, services, web identities and callers without any credentials.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.json_values import as_map, as_strings
from entrepot.rules.iam.principal_names import UNIQUE_ID
from entrepot.rules.iam.request import NO_IDENTITY, PrincipalFacts


class Grant(IntEnum):
    """How a Principal element names a principal, the loosest first.

    To name an account lets that account give its own principals the permission; to name a role gives it to the role,
    within the limits of its boundary and of the session's policies; any other name gives it to the caller outright.
    Source: IAM User Guide, "How AWS enforcement code logic evaluates requests", resource-based policies.
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    CALLER = 3


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element, or with `negated` a NotPrincipal one.

    `accounts` are ids; `names` ARNs and unique ids of users, roles and sessions.
    """

    written: tuple[str, ...]
    negated: bool
    everyone: bool
    accounts: frozenset[str]
    names: frozenset[str]
    services: frozenset[str]
    federated: frozenset[str]


_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?([0-9]{12})(?::root)?")
_NAME = re.compile(
    r"arn:aws[a-z-]*:(?:iam::[0-9]{12}:(?:user|role)/|sts::[0-9]{12}:(?:assumed-role/[^/*?]+|federated-user)/)[^*?]+"
    rf"|{UNIQUE_ID.pattern}",
    re.ASCII,
)
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_FEDERATED = re.compile(r"[^\s*?]+")
_FORMS = {"AWS": _NAME, "Service": _SERVICE, "Federated": _FEDERATED}


def parse_principals(element: object, where: str, *, negated: bool) -> Principals:
    """Reads the element, which `where` names in errors. Raises PolicyInvalid."""
    named = {"AWS": ("*",)} if element == "*" else _by_type(element, where)
    aws = named.get("AWS", ())
    accounts = [found[1] for each in aws if (found := _ACCOUNT.fullmatch(each))]
    return Principals(
        written=tuple(each for values in named.values() for each in values),
        negated=negated,
        everyone="*" in aws,
        accounts=frozenset(accounts),
        names=frozenset(each for each in aws if _NAME.fullmatch(each)),
        services=frozenset(named.get("Service", ())),
        federated=frozenset(named.get("Federated", ())),
    )


def grant_to(principals: Principals, principal: PrincipalFacts) -> Grant:
    """How a Principal element names whoever asks."""
    if principals.everyone or _is_named_outsider(principals, principal):
        return Grant.CALLER
    if _is_named_session(principals, principal):
        return Grant.CALLER
    if _is_named_identity(principals, principal):
        return Grant.ROLE if principal.kind == "role-session" else Grant.CALLER
    if not principal.account or principal.account not in principals.accounts or principal.kind in NO_IDENTITY:
        return Grant.NONE
    return Grant.CALLER if principal.kind == "root" else Grant.ACCOUNT


def is_excepted(principals: Principals, principal: PrincipalFacts) -> bool:
    """Whether a NotPrincipal element leaves out whoever asks: user or role have to be in it, and their account too."""
    if principals.everyone or _is_named_outsider(principals, principal):
        return True
    if principal.kind in NO_IDENTITY or principal.account not in principals.accounts:
        return False
    return principal.kind == "root" or _is_named_identity(principals, principal)


def _is_named_outsider(principals: Principals, principal: PrincipalFacts) -> bool:
    """A service or a web identity, by its name."""
    by_kind = {"service": principals.services, "federated": principals.federated}
    return principal.arn in by_kind.get(principal.kind, ())


def _is_named_session(principals: Principals, principal: PrincipalFacts) -> bool:
    """One session of a role, by ARN or, as stored policies have it, by the role's unique id and its own name."""
    if principal.kind != "role-session":
        return False
    return not principals.names.isdisjoint((principal.arn, f"{principal.unique_id}:{principal.session_name}"))


def _is_named_identity(principals: Principals, principal: PrincipalFacts) -> bool:
    """The user, or the role behind the session, by ARN or by unique id."""
    if principal.kind not in {"user", "role-session"}:
        return False
    return not principals.names.isdisjoint((principal.role_arn or principal.arn, principal.unique_id))


def _by_type(element: object, where: str) -> Mapping[str, tuple[str, ...]]:
    named = {name: as_strings(values, f"{where}.{name}") for name, values in as_map(element, where).items()}
    if not named:
        raise PolicyInvalid(f"{where} must not be empty")
    for name, values in named.items():
        if name not in _FORMS:
            raise PolicyInvalid(f"{where}: '{name}' is not one of {', '.join(_FORMS)}")
        for value in values:
            _check(name, value, where)
    return named


def _check(name: str, value: str, where: str) -> None:
    if name == "AWS" and (value == "*" or _ACCOUNT.fullmatch(value)):
        return
    if not _FORMS[name].fullmatch(value):
        raise PolicyInvalid(f'Invalid principal in policy: "{name.upper()}":"{value[:200]}" ({where})')
