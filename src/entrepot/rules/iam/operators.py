"""Condition operators: each makes, of a policy's value, the test of one value of a request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". A test answers None where the two cannot be
compared: a variable without a value, or a value that is not of the operator's type. That satisfies neither an operator
nor its negation.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

from entrepot.rules.iam.arns import arn_segments, parse_arn_pattern
from entrepot.rules.iam.patterns import Lookup, parse_pattern
from entrepot.rules.iam.values import address, binary, moment, network, number, truth

Family = Literal["string", "numeric", "date", "bool", "binary", "ip", "arn", "null"]

ValueTest = Callable[[str, Lookup], bool | None]
"""Compares one value of a request with the policy's."""

Wanted = TypeVar("Wanted")
Actual = TypeVar("Actual")


class MakeTest(Protocol):
    """Makes the test for a value as the policy writes it; `variables` is whether the policy's version has them."""

    def __call__(self, wanted: str, *, variables: bool) -> ValueTest:
        """The test of one value of the request."""
        ...


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator by its name. A `negated` one holds where no value of the policy matches, and where the key is absent.

    `read` answers None for a value of a policy that the operator cannot compare with anything.
    """

    name: str
    family: Family
    negated: bool
    make: MakeTest
    read: Callable[[str], object]


def _text(*, wildcards: bool) -> MakeTest:
    def make(wanted: str, *, variables: bool) -> ValueTest:
        return parse_pattern(wanted, wildcards=wildcards, variables=variables).matches

    return make


def _text_ignoring_case(wanted: str, *, variables: bool) -> ValueTest:
    pattern = parse_pattern(wanted.lower(), wildcards=False, variables=variables)

    def test(actual: str, lookup: Lookup) -> bool | None:
        def in_lower_case(key: str) -> str | None:
            value = lookup(key)
            return None if value is None else value.lower()

        return pattern.matches(actual.lower(), in_lower_case)

    return test


def _arn(wanted: str, *, variables: bool) -> ValueTest:
    pattern = parse_arn_pattern(wanted, variables=variables)

    def test(actual: str, lookup: Lookup) -> bool | None:
        segments = arn_segments(actual)
        return pattern.matches(segments, lookup) if pattern.is_whole and segments is not None else None

    return test


def _comparing(
    read: Callable[[str], Wanted | None],
    read_actual: Callable[[str], Actual | None],
    compare: Callable[[Actual, Wanted], bool],
) -> MakeTest:
    """Values of a type of their own; policy variables have no place in them."""

    def make(wanted: str, *, variables: bool) -> ValueTest:  # noqa: ARG001 - what every maker is given
        bound = read(wanted)

        def test(actual: str, lookup: Lookup) -> bool | None:  # noqa: ARG001 - what every test is given
            value = read_actual(actual)
            return None if bound is None or value is None else compare(value, bound)

        return test

    return make


def _in_network(actual: IPv4Address | IPv6Address, wanted: IPv4Network | IPv6Network) -> bool:
    return actual in wanted


def _is_arn_pattern(text: str) -> bool | None:
    return parse_arn_pattern(text, variables=True).is_whole or None


def _never(wanted: str, *, variables: bool) -> ValueTest:  # noqa: ARG001 - what every maker is given
    """Null asks whether a key is there, which needs no value: `conditions` answers it."""
    return lambda _actual, _lookup: None


def _ordered(read: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> MakeTest:
    return _comparing(read, read, compare)


_TABLE: tuple[tuple[str, str, Family, MakeTest, Callable[[str], object]], ...] = (
    ("StringEquals", "StringNotEquals", "string", _text(wildcards=False), str),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "string", _text_ignoring_case, str),
    ("StringLike", "StringNotLike", "string", _text(wildcards=True), str),
    ("NumericEquals", "NumericNotEquals", "numeric", _ordered(number, operator.eq), number),
    ("NumericLessThan", "", "numeric", _ordered(number, operator.lt), number),
    ("NumericLessThanEquals", "", "numeric", _ordered(number, operator.le), number),
    ("NumericGreaterThan", "", "numeric", _ordered(number, operator.gt), number),
    ("NumericGreaterThanEquals", "", "numeric", _ordered(number, operator.ge), number),
    ("DateEquals", "DateNotEquals", "date", _ordered(moment, operator.eq), moment),
    ("DateLessThan", "", "date", _ordered(moment, operator.lt), moment),
    ("DateLessThanEquals", "", "date", _ordered(moment, operator.le), moment),
    ("DateGreaterThan", "", "date", _ordered(moment, operator.gt), moment),
    ("DateGreaterThanEquals", "", "date", _ordered(moment, operator.ge), moment),
    ("Bool", "", "bool", _comparing(truth, truth, operator.is_), truth),
    ("BinaryEquals", "", "binary", _comparing(binary, binary, operator.eq), binary),
    ("IpAddress", "NotIpAddress", "ip", _comparing(network, address, _in_network), network),
    ("ArnEquals", "ArnNotEquals", "arn", _arn, _is_arn_pattern),
    ("ArnLike", "ArnNotLike", "arn", _arn, _is_arn_pattern),
    ("Null", "", "null", _never, truth),
)

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        name.lower(): Operator(name, family, negated, make, read)
        for plain, negation, family, make, read in _TABLE
        for name, negated in ((plain, False), (negation, True))
        if name
    }
)
"""Every operator by its name in lower case, but for the forms made with ForAllValues, ForAnyValue and IfExists."""
