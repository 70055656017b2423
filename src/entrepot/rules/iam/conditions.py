"""The Condition element: reading it, and whether a request meets it.

Sources: IAM User Guide, "IAM JSON policy elements: Condition", "Condition operators" (absent keys, IfExists, Null) and
"Single-valued vs. multivalued context keys" (ForAllValues, ForAnyValue). Operators are found in any case. All
conditions of a statement have to hold; of the values of one, any may match, and for a negated operator none may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.json_values import as_map, as_strings
from entrepot.rules.iam.operators import OPERATORS, Operator, ValueTest
from entrepot.rules.iam.request import Keys, Value

Quantifier = Literal["", "ForAllValues", "ForAnyValue"]

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)
_QUANTIFIERS: Mapping[str, Quantifier] = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_KEY = re.compile(r"[^\s:]+:\S.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. `lower` is the key in lower case; `tests` stand for `values`, one for each."""

    operator: Operator
    quantifier: Quantifier
    if_exists: bool
    key: str
    lower: str
    values: tuple[str, ...]
    tests: tuple[ValueTest, ...] = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """The operator as a policy writes it."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"


def parse_conditions(element: object, where: str, *, variables: bool) -> tuple[Condition, ...]:
    """Reads the element, which `where` names in errors. Raises PolicyInvalid."""
    return tuple(
        _parse(name, key, values, f"{where}.{name}", variables=variables)
        for name, keys in as_map(element, where).items()
        for key, values in as_map(keys, f"{where}.{name}").items()
    )


def first_unmet(conditions: Iterable[Condition], keys: Keys) -> Condition | None:
    """The first condition that a request does not meet; None where it meets them all."""
    for condition in conditions:
        if not is_met(condition, keys.value(condition.key, condition.lower), keys):
            return condition
    return None


def is_met(condition: Condition, value: Value | None, keys: Keys) -> bool:
    """Whether a condition holds for the value that a request has for its key. `keys` give policy variables theirs."""
    if condition.operator.family == "null":
        return any(wanted.lower() == str(value is None).lower() for wanted in condition.values)
    if value is None:
        return holds_without_key(condition)
    if condition.quantifier == "ForAllValues":
        return all(_matches(condition, each, keys) for each in _several(value))
    if condition.quantifier == "ForAnyValue":
        return any(_matches(condition, each, keys) for each in _several(value))
    return isinstance(value, str) and _matches(condition, value, keys)


def holds_without_key(condition: Condition) -> bool:
    """Whether a condition other than Null holds where the request lacks the key."""
    if condition.if_exists or condition.quantifier == "ForAllValues":
        return True
    return condition.operator.negated and condition.quantifier != "ForAnyValue"


def _several(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _matches(condition: Condition, value: str, keys: Keys) -> bool:
    found = (test(value, keys.single) for test in condition.tests)
    if condition.operator.negated:
        return all(each is False for each in found)
    return any(found)


def _parse(name: str, key: str, values: object, where: str, *, variables: bool) -> Condition:
    found = _OPERATOR.fullmatch(name)
    operator = OPERATORS.get(found[2].lower()) if found else None
    if found is None or operator is None:
        raise PolicyInvalid(f"{where}: there is no condition operator of that name")
    if operator.family == "null" and (found[1] or found[3]):
        raise PolicyInvalid(f"{where}: Null goes neither with IfExists nor with ForAllValues or ForAnyValue")
    if not _KEY.fullmatch(key):
        raise PolicyInvalid(f"{where}: the condition key '{key[:100]}' must begin with a service, as in aws:SourceIp")
    wanted = as_strings(values, f"{where}.{key[:100]}", scalars=True)
    tests = tuple(operator.make(each, variables=variables) for each in wanted)
    quantifier = _QUANTIFIERS.get((found[1] or "").lower(), "")
    return Condition(operator, quantifier, found[3] is not None, key, key.lower(), wanted, tests)
