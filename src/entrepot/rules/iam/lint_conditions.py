"""Findings about conditions that hold always or never, whatever the request."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from entrepot.rules.iam.arns import has_early_variable
from entrepot.rules.iam.conditions import Condition, holds_without_key
from entrepot.rules.iam.document import WITH_VARIABLES, Policy, Statement
from entrepot.rules.iam.finding import Finding, finding, rewritten, written
from entrepot.rules.iam.keys import KNOWN_KEYS, exists, key_facts
from entrepot.rules.iam.patterns import Variable, parse_parts
from entrepot.rules.iam.vocabulary import covered

_ALWAYS_THERE = frozenset(
    f"aws:{name}"
    for name in (
        *("currenttime", "epochtime", "principalaccount", "principalarn", "principaltype", "resourceaccount"),
        *("securetransport", "sourceip", "userid"),
    )
)


def keys(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Keys that do not exist, that no request here has, or none about the statement's actions."""
    for statement in policy.statements:
        for condition in statement.conditions:
            found = _wrong_key(statement, condition)
            if found is not None:
                yield found


def values(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Values that no request's value can match."""
    for statement in policy.statements:
        for condition in statement.conditions:
            for value in condition.values:
                why, operator = _wrong_value(condition, value)
                if why:
                    suggestion = _with_operator(statement, condition, operator) if operator else None
                    yield finding("value-never-matches", "error", statement, f"{_shown(condition)}: {why}", suggestion)


def variables(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Policy variables where there are none, or that leave a denial without effect."""
    for statement in policy.statements:
        yield from _variables_in_vain(policy, statement)
        if statement.effect == "Deny":
            for key in sorted(_needed(policy, statement) - _ALWAYS_THERE):
                why = f"it denies nothing to requests without {key}: give the variable a default"
                yield finding("variable-may-be-absent", "warning", statement, why)


def empty_sets(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """ForAllValues holds where the key has no values, as AWS warns of for allowances."""
    for statement in policy.statements:
        others = [each for each in statement.conditions if each.quantifier != "ForAllValues"]
        checked = {each.lower for each in others if not each.if_exists}
        for condition in statement.conditions:
            if statement.effect == "Deny" or condition.quantifier != "ForAllValues" or condition.lower in checked:
                continue
            why = f"{_shown(condition)} also holds for requests without {condition.key}; ask for the key with Null"
            element = _conditions(statement)
            element.setdefault("Null", {})[condition.key] = "false"
            suggestion = rewritten(statement, {"Condition": element})
            yield finding("empty-set-passes", "warning", statement, why, suggestion)


def _wrong_key(statement: Statement, condition: Condition) -> Finding | None:
    facts = key_facts(condition.lower)
    if facts is None:
        return None
    if not exists(condition.lower):
        close = get_close_matches(condition.lower, KNOWN_KEYS, n=1, cutoff=0.8)
        why = f"there is no condition key {condition.key}" + (f"; {close[0]} is the nearest there is" if close else "")
        return finding("unknown-key", "error", statement, f"{why}, so that {_outcome(condition)}")
    about = covered(statement.actions)
    if facts.absent or (facts.actions is not None and about and not about & facts.actions):
        which = "no request here" if facts.absent else "no request for its actions"
        return finding(
            "key-never-there", "error", statement, f"{which} has {condition.key}, so that {_outcome(condition)}"
        )
    if facts.several and not condition.quantifier and condition.operator.family != "null":
        why = f"{condition.key} may have several values and is compared with ForAllValues or ForAnyValue only"
        suggestion = _with_operator(statement, condition, f"ForAnyValue:{condition.name}")
        return finding("key-needs-set-operator", "error", statement, why, suggestion)
    return None


def _outcome(condition: Condition) -> str:
    """What becomes of a statement with a condition on a key that is never there."""
    if condition.operator.family == "null":
        holds = any(value.lower() == "true" for value in condition.values)
    else:
        holds = holds_without_key(condition)
    return "the condition keeps nothing out" if holds else "the statement never applies"


def _wrong_value(condition: Condition, value: str) -> tuple[str, str]:
    """What is wrong with a value, and the operator to use in its place where that is all there is to it."""
    family = condition.operator.family
    facts = key_facts(condition.lower)
    wild = any(char in value.replace("${*}", "").replace("${?}", "") for char in "*?")
    if condition.operator.read(value) is None and "${" not in value:
        return f"'{value}' is not {_KINDS[family]}", ""
    if family == "string" and facts is not None and facts.family == "ip" and "/" in value:
        return (
            f"'{value}' is compared as text, not as a range",
            "NotIpAddress" if condition.operator.negated else "IpAddress",
        )
    if family == "string" and "Like" not in condition.operator.name and wild:
        like = condition.operator.name.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
        return f"in '{value}' the wildcard stands for itself", condition.name.replace(condition.operator.name, like)
    return "", ""


_KINDS = {
    "numeric": "a number",
    "date": "a date such as 2026-01-31T00:00:00Z",
    "bool": "true or false",
    "binary": "base64",
    "ip": "an address or a range such as 192.0.2.0/24",
    "arn": "an ARN, which has six parts",
    "null": "true or false",
}


def _variables_in_vain(policy: Policy, statement: Statement) -> Iterator[Finding]:
    patterns = statement.resources.patterns if statement.resources else ()
    if policy.version != WITH_VARIABLES:
        texts = [
            *(pattern.written for pattern in patterns),
            *(value for condition in statement.conditions for value in condition.values),
        ]
        for text in texts:
            if _variables_in(text):
                why = f'in a policy without "Version": "{WITH_VARIABLES}" the variable in \'{text}\' stands for itself'
                yield finding("variable-never-matches", "error", statement, why)
        return
    for pattern in patterns:
        if has_early_variable(pattern):
            why = f"variables stand only in the last part of an ARN, which is not so in '{pattern.written}'"
            yield finding("variable-never-matches", "error", statement, why)


def _needed(policy: Policy, statement: Statement) -> set[str]:
    """The keys, in lower case, of variables without a default."""
    if policy.version != WITH_VARIABLES:
        return set()
    texts = [pattern.written for pattern in statement.resources.patterns] if statement.resources else []
    for condition in statement.conditions:
        if condition.operator.family in {"string", "arn"}:
            texts += condition.values
    return {each.key for text in texts for each in _variables_in(text) if each.default is None}


def _variables_in(text: str) -> list[Variable]:
    parts = parse_parts(text, wildcards=True, variables=True)
    return [part for part in parts if isinstance(part, Variable)]


def _shown(condition: Condition) -> str:
    return f"{condition.name} {condition.key}"


def _conditions(statement: Statement) -> dict[str, Any]:
    return written(statement)["Condition"]


def _with_operator(statement: Statement, condition: Condition, operator: str) -> str:
    """The statement with another operator for one condition."""
    element = _conditions(statement)
    for name in [name for name in element if name.lower() == condition.name.lower()]:
        if condition.key in element[name]:
            element.setdefault(operator, {})[condition.key] = element[name].pop(condition.key)
    return rewritten(statement, {"Condition": {name: found for name, found in element.items() if found}})
