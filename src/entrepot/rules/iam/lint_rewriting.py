"""Changes to the Condition element of a statement, for what the lint suggests."""

from __future__ import annotations

from typing import Any

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.finding import rewritten, written

Element = dict[str, dict[str, Any]]


def conditions_of(statement: Statement) -> Element:
    """The Condition element as it is written."""
    return written(statement).get("Condition", {})


def with_conditions(statement: Statement, element: Element) -> str:
    """The statement's JSON with another Condition element, or none if that is empty."""
    kept = {operator: keys for operator, keys in element.items() if keys}
    return rewritten(statement, {"Condition": kept or None})


def take(element: Element, condition: Condition) -> Any:  # noqa: ANN401 - one value or a list, as it is written
    """Takes a condition out of an element, and returns its values as they are written."""
    for operator, keys in element.items():
        if operator.lower() == condition.name.lower() and condition.key in keys:
            return keys.pop(condition.key)
    return None


def put(element: Element, operator: str, key: str, values: object) -> bool:
    """Puts a condition in; False, with the element as it was, where there is one like it that has to hold as well."""
    keys = element.setdefault(operator, {})
    if key in keys and keys[key] != values:
        return False
    keys[key] = values
    return True
