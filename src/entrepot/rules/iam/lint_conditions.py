"""Findings about condition keys that are never there, so that the condition holds always or never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from entrepot.rules.iam.conditions import Condition, holds_without_key
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.finding import LEFT_OUT, Finding, finding, listed
from entrepot.rules.iam.keys import KNOWN_KEYS, exists, key_facts
from entrepot.rules.iam.lint_rewriting import conditions_of, put, take, with_conditions
from entrepot.rules.iam.lint_subject import Subject

_LOOKED_UP = 5
"""Keys, of one statement, whose nearest is looked for: that takes its time."""


def unknown_keys(subject: Subject) -> Iterator[Finding]:
    """Keys that do not exist."""
    for statement in subject.policy.statements:
        wrong = [each for each in statement.conditions if not exists(each.lower)]
        if not wrong:
            continue
        close = {each.key: found for each in wrong[:_LOOKED_UP] if (found := _closest(each))}
        whys = [
            f"there is no condition key {each.key}"
            + (f"; {close[each.key]} is the nearest there is" if each.key in close else "")
            + f", so that {_outcome(each)}"
            for each in wrong
        ]
        suggestion = _renamed(statement, wrong, close)
        yield finding("unknown-key", "error", statement, listed(whys, "; "), suggestion)


def absent_keys(subject: Subject) -> Iterator[Finding]:
    """Keys that no request here has, or none about the statement's actions."""
    for statement in subject.policy.statements:
        about = subject.covered[statement.index]
        found = [(each, which) for each in statement.conditions if (which := _lacking(each, about))]
        if found:
            whys = [f"{which} has {each.key}, so that {_outcome(each)}" for each, which in found]
            suggestion = _without(statement, [each for each, _ in found])
            yield finding("key-never-there", "error", statement, listed(whys, "; "), suggestion)


def single_operators(subject: Subject) -> Iterator[Finding]:
    """Keys with several values, compared as if they had one."""
    for statement in subject.policy.statements:
        wrong = [each for each in statement.conditions if _needs_quantifier(each)]
        if wrong:
            keys = listed([each.key for each in wrong])
            why = f"{keys} may have several values and is compared with ForAllValues or ForAnyValue only"
            yield finding("key-needs-set-operator", "error", statement, why, _quantified(statement, wrong))


def _lacking(condition: Condition, about: frozenset[str]) -> str:
    """Which requests lack the key of a condition, if all that the statement is about do."""
    facts = key_facts(condition.lower)
    if facts is None or not exists(condition.lower):
        return ""
    if facts.absent:
        return "no request here"
    return "no request for its actions" if facts.actions is not None and about and not about & facts.actions else ""


def _needs_quantifier(condition: Condition) -> bool:
    facts = key_facts(condition.lower)
    return facts is not None and facts.several and not condition.quantifier and condition.operator.family != "null"


def _closest(condition: Condition) -> str:
    return next(iter(get_close_matches(condition.lower, KNOWN_KEYS, n=1, cutoff=0.8)), "")


def _outcome(condition: Condition) -> str:
    """What becomes of a statement with a condition on a key that is never there."""
    return "the condition keeps nothing out" if _holds(condition) else "the statement never applies"


def _holds(condition: Condition) -> bool:
    """Whether a condition on a key that is never there holds."""
    if condition.operator.family == "null":
        return any(value.lower() == "true" for value in condition.values)
    return holds_without_key(condition)


def _without(statement: Statement, conditions: Iterable[Condition]) -> str:
    """The statement without conditions that always hold, or nothing where one of them never does."""
    element = conditions_of(statement)
    for each in conditions:
        if not _holds(each):
            return LEFT_OUT
        take(element, each)
    return with_conditions(statement, element)


def _renamed(statement: Statement, wrong: Iterable[Condition], close: dict[str, str]) -> str | None:
    """The statement with the keys that were probably meant; without the others, as above."""
    element = conditions_of(statement)
    for each in wrong:
        if each.key not in close and not _holds(each):
            return LEFT_OUT
        values = take(element, each)
        if each.key in close and not put(element, each.name, close[each.key], values):
            return None
    return with_conditions(statement, element)


def _quantified(statement: Statement, wrong: Iterable[Condition]) -> str | None:
    element = conditions_of(statement)
    for each in wrong:
        if not put(element, f"ForAnyValue:{each.name}", each.key, take(element, each)):
            return None
    return with_conditions(statement, element)
