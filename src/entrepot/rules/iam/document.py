"""Policy documents: reading one, and refusing what is none.

Source: IAM User Guide, "Grammar of the IAM JSON policy language". What differs by kind: identity-based policies,
boundaries and session policies name resources and no principals; a role's trust policy the other way round; ECR's
repository policies principals and, if they like, resources, and their Sids may hold spaces and repeat (ECR User Guide,
"Private repository policies"). The policies of KMS's keys name both, with such Sids (KMS Developer Guide, "Creating a
key policy"). Sizes are the caller's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from entrepot.errors import ManifestInvalid, PolicyInvalid
from entrepot.rules.iam.conditions import Condition, parse_conditions
from entrepot.rules.iam.elements import Actions, Resources, parse_actions, parse_resources
from entrepot.rules.iam.json_values import as_list, as_map
from entrepot.rules.iam.principals import Principals, parse_principals
from entrepot.rules.strict_json import SYNTAX, load_object

Kind = Literal["identity", "resource", "registry", "trust", "key", "session", "boundary"]
Effect = Literal["Allow", "Deny"]
Version = Literal["2008-10-17", "2012-10-17"]

WITH_VARIABLES: Version = "2012-10-17"
"""The version of the language that has policy variables; in the other one they stand for themselves."""

_VERSIONS: Mapping[str, Version] = {"2008-10-17": "2008-10-17", "2012-10-17": WITH_VARIABLES}
_EFFECTS: Mapping[str, Effect] = {"Allow": "Allow", "Deny": "Deny"}
_OF_IDENTITIES: frozenset[Kind] = frozenset({"identity", "session", "boundary"})
_FREE_SIDS: frozenset[Kind] = frozenset({"resource", "key"})
_DOCUMENT = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)
_SID = re.compile(r"[A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `index` counts from 0; `written` is its JSON; without `resources` it is about any resource."""

    index: int
    sid: str | None
    effect: Effect
    actions: Actions
    resources: Resources | None
    principals: Principals | None
    conditions: tuple[Condition, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that has been read."""

    kind: Kind
    version: Version
    statements: tuple[Statement, ...]


def parse_policy(text: str, kind: Kind) -> Policy:
    """Reads a policy document of a kind. Raises PolicyInvalid, whose reason says what is wrong and where."""
    document = _load(text)
    _only(document, _DOCUMENT, "the policy")
    version = _VERSIONS.get(str(document.get("Version", "2008-10-17")))
    if version is None:
        raise PolicyInvalid("Version must be 2012-10-17 or 2008-10-17")
    if not isinstance(document.get("Id", ""), str):
        raise PolicyInvalid("Id must be a string")
    if "Statement" not in document:
        raise PolicyInvalid("the policy has no Statement")
    elements = as_list(document["Statement"], "Statement")
    statements = tuple(_statement(element, index, kind, version) for index, element in enumerate(elements))
    if kind not in _FREE_SIDS:
        _check_sids(statements)
    return Policy(kind, version, statements)


def _load(text: str) -> dict[str, object]:
    try:
        return load_object(text.encode("utf-8", "surrogatepass"))
    except ManifestInvalid as error:
        # The reader of manifests speaks of manifests, except where it is about JSON.
        reason = error.constraint if error.constraint.startswith(SYNTAX) else "the policy must be a JSON object"
        raise PolicyInvalid(reason) from None


def _statement(element: object, index: int, kind: Kind, version: Version) -> Statement:
    where = f"Statement[{index}]"
    fields = as_map(element, where)
    _only(fields, _STATEMENT, where)
    variables = version == WITH_VARIABLES
    effect = _EFFECTS.get(str(fields.get("Effect")))
    if effect is None:
        raise PolicyInvalid(f"{where}.Effect must be Allow or Deny")
    name = _one_of(fields, "Action", "NotAction", where)
    if name is None:
        raise PolicyInvalid(f"{where} has neither Action nor NotAction")
    return Statement(
        index=index,
        sid=_sid(fields, where),
        effect=effect,
        actions=_actions(fields[name], f"{where}.{name}", kind, negated=name == "NotAction"),
        resources=_resources(fields, where, kind, variables=variables),
        principals=_principals(fields, where, kind, effect),
        conditions=parse_conditions(fields.get("Condition", {}), f"{where}.Condition", variables=variables),
        written=json.dumps(fields),
    )


def _actions(element: object, where: str, kind: Kind, *, negated: bool) -> Actions:
    actions = parse_actions(element, where, negated=negated)
    if kind == "trust" and not all(each.lower().startswith("sts:") for each in actions.written):
        raise PolicyInvalid(f"{where}: a trust policy is about sts actions only")
    return actions


def _resources(fields: Mapping[str, object], where: str, kind: Kind, *, variables: bool) -> Resources | None:
    name = _one_of(fields, "Resource", "NotResource", where)
    if kind == "trust" and name is not None:
        raise PolicyInvalid(f"{where}.{name} has no place in a trust policy")
    if name is None and kind not in {"trust", "resource"}:
        raise PolicyInvalid(f"{where} has neither Resource nor NotResource")
    if name is None:
        return None
    return parse_resources(fields[name], f"{where}.{name}", negated=name == "NotResource", variables=variables)


def _principals(fields: Mapping[str, object], where: str, kind: Kind, effect: Effect) -> Principals | None:
    name = _one_of(fields, "Principal", "NotPrincipal", where)
    if kind in _OF_IDENTITIES:
        if name is not None:
            raise PolicyInvalid(f"{where}.{name} has no place in a policy of this kind")
        return None
    if name is None:
        raise PolicyInvalid(f"{where} has no Principal")
    negated = name == "NotPrincipal"
    if negated and (kind == "trust" or effect == "Allow"):
        raise PolicyInvalid(f"{where}.NotPrincipal goes only with the effect Deny, and not in a trust policy")
    return parse_principals(fields[name], f"{where}.{name}", negated=negated)


def _sid(fields: Mapping[str, object], where: str) -> str | None:
    sid = fields.get("Sid")
    if sid is not None and not isinstance(sid, str):
        raise PolicyInvalid(f"{where}.Sid must be a string")
    return sid


def _check_sids(statements: tuple[Statement, ...]) -> None:
    sids = [statement.sid for statement in statements if statement.sid]
    for sid in sids:
        if not _SID.fullmatch(sid):
            raise PolicyInvalid(f"the Sid '{sid[:100]}' may hold letters and digits only")
    if len(set(sids)) < len(sids):
        raise PolicyInvalid("each Sid may occur only once")


def _one_of(fields: Mapping[str, object], name: str, negation: str, where: str) -> str | None:
    if name in fields and negation in fields:
        raise PolicyInvalid(f"{where} has both {name} and {negation}")
    return next((each for each in (name, negation) if each in fields), None)


def _only(fields: Mapping[str, object], known: frozenset[str], where: str) -> None:
    for name in fields:
        if name not in known:
            raise PolicyInvalid(f"{where} has the unknown element '{name[:100]}'")
