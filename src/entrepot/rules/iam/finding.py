"""What the lint of a policy says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from entrepot.rules.iam.document import Statement

Code = Literal[
    "public-access",
    "open-federation",
    "not-principal",
    "wide-grant",
    "push-can-delete",
    "tag-takeover",
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

Severity = Literal["error", "warning"]
"""`error`: the statement does not do what it says. `warning`: it does, and that is rarely meant."""

LEFT_OUT = ""
"""The suggestion to leave the statement out: it does nothing, or nothing that is meant."""

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `statement` counts from 0, or is None where one is missing or all of them are concerned.

    `suggestion` is JSON: the statement to put in its place, or with `statement` None the one to add, or the whole
    policy, which has a `Statement`. LEFT_OUT is for a statement that had better go; None where there is no saying.
    """

    code: Code
    severity: Severity
    statement: int | None
    why: str
    suggestion: str | None = None


def finding(code: Code, severity: Severity, statement: Statement, why: str, suggestion: str | None) -> Finding:
    """A finding about a statement, which `why` need not name."""
    sid = f" '{statement.sid}'" if statement.sid else ""
    return Finding(code, severity, statement.index, f"statement {statement.index + 1}{sid}: {why}", suggestion)


def listed(texts: Sequence[str], separator: str = ", ") -> str:
    """The first few of `texts`, and how many there are besides."""
    more = len(texts) - _SHOWN
    return separator.join(texts[:_SHOWN]) + (f"{separator}and {more} more" if more > 0 else "")


def written(statement: Statement) -> dict[str, Any]:
    """A statement's JSON."""
    return json.loads(statement.written)


def rewritten(statement: Statement, changes: Mapping[str, Any]) -> str:
    """A statement's JSON with elements changed, or taken out where the change is None."""
    fields = {**written(statement), **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None}, indent=2)
