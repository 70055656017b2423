"""Findings about the values of conditions: those that nothing matches, and keys without any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.rules.iam.conditions import Condition, holds_without_key
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.finding import LEFT_OUT, Finding, finding, listed
from entrepot.rules.iam.keys import key_facts
from entrepot.rules.iam.lint_rewriting import Element, conditions_of, put, take, with_conditions
from entrepot.rules.iam.lint_subject import Subject

_KINDS = {
    "numeric": "a number",
    "date": "a date such as 2026-01-31T00:00:00Z",
    "bool": "true or false",
    "binary": "base64",
    "ip": "an address or a range such as 192.0.2.0/24",
    "arn": "an ARN, which has six parts",
    "null": "true or false",
}


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with the values of a condition. `operator` is the one to use, where that is all there is to it."""

    condition: Condition
    why: str
    operator: str
    right: tuple[str, ...]


def values(subject: Subject) -> Iterator[Finding]:
    """Values that no request's value can match."""
    for statement in subject.policy.statements:
        wrong = [found for condition in statement.conditions if (found := _wrong(condition))]
        if wrong:
            whys = listed([f"{_shown(each.condition)}: {each.why}" for each in wrong], "; ")
            yield finding("value-never-matches", "error", statement, whys, _with_values(statement, wrong))


def empty_sets(subject: Subject) -> Iterator[Finding]:
    """ForAllValues holds where the key has no values, as AWS warns of for allowances."""
    for statement in subject.allowing():
        others = [each for each in statement.conditions if each.quantifier != "ForAllValues"]
        checked = {each.lower for each in others if not each.if_exists}
        sets = [each for each in statement.conditions if each.quantifier == "ForAllValues"]
        open_ones = [each for each in sets if each.lower not in checked]
        if open_ones:
            shown, keys = listed([_shown(each) for each in open_ones]), listed([each.key for each in open_ones])
            why = f"{shown} also holds for requests without {keys}; ask for the key with Null"
            element = conditions_of(statement)
            for each in open_ones:
                put(element, "Null", each.key, "false")
            yield finding("empty-set-passes", "warning", statement, why, with_conditions(statement, element))


def _wrong(condition: Condition) -> _Wrong | None:
    found = {value: _wrong_value(condition, value) for value in condition.values}
    bad = {value: (why, operator) for value, (why, operator) in found.items() if why}
    if not bad:
        return None
    operator = next((operator for _, operator in bad.values() if operator), "")
    whys = [why for why, _ in bad.values()]
    return _Wrong(condition, listed(whys), operator, tuple(value for value in condition.values if value not in bad))


def _wrong_value(condition: Condition, value: str) -> tuple[str, str]:
    """What is wrong with a value, and the operator to use in its place where that is all there is to it."""
    family = condition.operator.family
    facts = key_facts(condition.lower)
    wild = any(char in value.replace("${*}", "").replace("${?}", "") for char in "*?")
    if condition.operator.read(value) is None and "${" not in value:
        return f"'{value}' is not {_KINDS[family]}", ""
    if family == "string" and facts is not None and facts.family == "ip" and "/" in value:
        address = "NotIpAddress" if condition.operator.negated else "IpAddress"
        return f"'{value}' is compared as text, not as a range", _renamed(condition, address)
    if family == "string" and "Like" not in condition.operator.name and wild:
        like = condition.operator.name.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
        return f"in '{value}' the wildcard stands for itself", _renamed(condition, like)
    return "", ""


def _renamed(condition: Condition, operator: str) -> str:
    return condition.name.replace(condition.operator.name, operator)


def _with_values(statement: Statement, wrong: list[_Wrong]) -> str | None:
    """The statement with operators that fit, or else without the values that match nothing."""
    element = conditions_of(statement)
    for each in wrong:
        if not each.operator and not each.right and not _may_lack_key(each.condition):
            return LEFT_OUT
        if not _replace(element, each):
            return None
    return with_conditions(statement, element)


def _replace(element: Element, wrong: _Wrong) -> bool:
    condition = wrong.condition
    written = take(element, condition)
    if wrong.operator:
        return put(element, wrong.operator, condition.key, written)
    if wrong.right:
        return put(element, condition.name, condition.key, list(wrong.right))
    # What is left of it holds only for requests without the key.
    return put(element, "Null", condition.key, "true")


def _may_lack_key(condition: Condition) -> bool:
    return condition.operator.family != "null" and holds_without_key(condition)


def _shown(condition: Condition) -> str:
    return f"{condition.name} {condition.key}"
