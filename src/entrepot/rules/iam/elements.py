"""The Action and Resource elements, and their negations.

Sources: IAM User Guide, "IAM JSON policy elements: Action" (names are case-insensitive) and "Resource". NotAction and
NotResource take in everything that they do not name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.arns import ArnPattern, Segments, parse_arn_pattern
from entrepot.rules.iam.json_values import as_strings
from entrepot.rules.iam.patterns import Lookup, Test, parse_pattern

_ACTION = re.compile(r"\*|([A-Za-z0-9-]+):[A-Za-z0-9*?]+")


@dataclass(frozen=True, slots=True)
class Actions:
    """An Action element, or with `negated` a NotAction one. `exact` and `tests` are in lower case.

    `in_order` has, for each of `written`, its test if it has wildcards.
    """

    written: tuple[str, ...]
    negated: bool
    exact: frozenset[str]
    tests: tuple[Test, ...] = field(compare=False, repr=False)
    in_order: tuple[Test | None, ...] = field(compare=False, repr=False)

    def cover(self, action: str) -> bool:
        """Whether the element takes in an action, given in lower case."""
        return self.names(action) != self.negated

    def names(self, action: str) -> bool:
        """Whether the element's list has an action, given in lower case."""
        return action in self.exact or any(test(action) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Resources:
    """A Resource element, or with `negated` a NotResource one."""

    patterns: tuple[ArnPattern, ...]
    negated: bool

    def cover(self, segments: Segments | None, lookup: Lookup) -> bool:
        """Whether the element takes in a resource, given by its ARN's segments (None for `*`).

        A pattern whose variable has no value matches nothing, and a NotResource element with one takes nothing in.
        """
        found = (pattern.matches(segments, lookup) for pattern in self.patterns)
        return all(each is False for each in found) if self.negated else any(found)


def parse_actions(element: object, where: str, *, negated: bool) -> Actions:
    """Reads the element, which `where` names in errors. Raises PolicyInvalid."""
    written = as_strings(element, where)
    for each in written:
        if not _ACTION.fullmatch(each):
            raise PolicyInvalid(f"{where}: '{each[:100]}' is not an action such as ecr:BatchGetImage")
    lower = [each.lower() for each in written]
    in_order = tuple(_test(each) if "*" in each or "?" in each else None for each in lower)
    exact = frozenset(each for each, test in zip(lower, in_order, strict=True) if test is None)
    return Actions(written, negated, exact, tuple(test for test in in_order if test), in_order)


def parse_resources(element: object, where: str, *, negated: bool, variables: bool) -> Resources:
    """Reads the element, which `where` names in errors. Raises PolicyInvalid.

    Variables may stand only after the fifth colon of an ARN (IAM User Guide, "Where you can use policy variables").
    """
    patterns = tuple(
        parse_arn_pattern(each, variables=variables, anywhere=False) for each in as_strings(element, where)
    )
    for each in patterns:
        is_arn = each.written.startswith("arn:") and (each.is_whole or each.open_end)
        if not is_arn and not each.anything:
            raise PolicyInvalid(f"{where}: '{each.written[:200]}' is neither an ARN nor '*'")
    return Resources(patterns, negated)


def _test(action: str) -> Test:
    pattern = parse_pattern(action, wildcards=True, variables=False)
    return lambda name: bool(pattern.matches(name, _no_variables))


def _no_variables(_key: str) -> None:
    return None
