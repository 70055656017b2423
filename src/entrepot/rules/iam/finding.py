"""What the lint of a policy says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.elements import parse_actions
from entrepot.rules.iam.vocabulary import covered

Code = Literal[
    "public-access",
    "open-federation",
    "not-principal",
    "grants-delete",
    "grants-policy-changes",
    "push-can-delete",
    "missing-login",
    "login-resource",
    "unknown-action",
    "unknown-key",
    "key-never-there",
    "key-needs-set-operator",
    "value-never-matches",
    "variable-never-matches",
    "variable-may-be-absent",
    "empty-set-passes",
    "never-applies",
]

Severity = Literal["error", "warning", "note"]
"""`error`: the statement does not do what it says. `warning`: it does, and that is rarely meant. `note`: look again."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `statement` counts from 0, or is None where one is missing.

    `suggestion` is the statement to put in its place, or the one to add, as JSON; None where there is no saying.
    """

    code: Code
    severity: Severity
    statement: int | None
    why: str
    suggestion: str | None = None


def finding(code: Code, severity: Severity, statement: Statement, why: str, suggestion: str | None = None) -> Finding:
    """A finding about a statement, which `why` need not name."""
    sid = f" '{statement.sid}'" if statement.sid else ""
    return Finding(code, severity, statement.index, f"statement {statement.index + 1}{sid}: {why}", suggestion)


def written(statement: Statement) -> dict[str, Any]:
    """A statement's JSON."""
    return json.loads(statement.written)


def rewritten(statement: Statement, changes: Mapping[str, Any]) -> str:
    """A statement's JSON with elements changed, or taken out where the change is None."""
    fields = {**written(statement), **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, indent=2)


def without_actions(statement: Statement, dropped: frozenset[str]) -> str | None:
    """A statement's JSON without some actions, its wildcards spelt out where they take one of them in.

    None where that cannot be spelt out, or where no action would be left.
    """
    actions = statement.actions
    if actions.negated or "*" in actions.written:
        return None
    left: list[str] = []
    for each in actions.written:
        named = covered(parse_actions(each, "Action", negated=False))
        left += sorted(named - dropped) if named & dropped else [each]
    return rewritten(statement, {"Action": left}) if left else None
