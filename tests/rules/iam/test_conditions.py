from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.conditions import first_unmet, parse_conditions
from entrepot.rules.iam.operators import OPERATORS
from entrepot.rules.iam.request import Value, keys_of
from tests.rules.iam.build import request, user

ARN = "arn:aws:sns:us-east-1:111111111111:topic"
NEGATED = [each.name for each in OPERATORS.values() if each.negated]
POSITIVE = [each.name for each in OPERATORS.values() if not each.negated and each.name != "Null"]


def holds(operator: str, wanted: Any, actual: Value | None, *, version: bool = True, **more: Any) -> bool:
    """Whether {operator: {"aws:Some": wanted}} holds where aws:Some is `actual`."""
    conditions = parse_conditions({operator: {"aws:Some": wanted}}, "Condition", variables=version)
    context = more if actual is None else {**more, "aws__Some": actual}
    return first_unmet(conditions, keys_of(request(user(team="a*"), **context))) is None


@pytest.mark.parametrize(
    ("operator", "wanted", "equal", "other"),
    [
        ("StringEquals", "prod", "prod", "Prod"),
        ("StringEquals", "p*", "p*", "prod"),
        ("StringEquals", "${aws:username}", "bob", "alice"),
        ("StringEqualsIgnoreCase", "Prod", "pROD", "prods"),
        ("StringEqualsIgnoreCase", "X${aws:username}", "xBOB", "xbobb"),
        ("StringLike", "p*d?", "prod1", "prod"),
        ("StringLike", "${aws:PrincipalTag/team}b", "a*b", "axb"),
        ("NumericEquals", "5", "5.0", "5.1"),
        ("NumericEquals", 5, "5", "6"),
        ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "1767225601"),
        ("IpAddress", "192.0.2.0/24", "192.0.2.1", "192.0.3.1"),
        ("ArnEquals", "arn:aws:sns:*:111111111111:*", ARN, "arn:aws:sqs:us-east-1:111111111111:topic"),
        ("ArnLike", "arn:aws:sns:us-east-?:*:t*", ARN, "arn:aws:sns:us-east-11:1:topic"),
        ("ArnLike", "arn:aws:sns:*:topic", "arn:aws:sns:x:topic:", ARN),
    ],
)
def test_equality_and_its_negation(operator: str, wanted: Any, equal: str, other: str) -> None:
    negation = {"IpAddress": "NotIpAddress"}.get(operator) or operator.replace("Equals", "NotEquals", 1)
    negation = negation.replace("StringLike", "StringNotLike").replace("ArnLike", "ArnNotLike")
    whole = wanted != "arn:aws:sns:*:topic"
    assert holds(operator, wanted, equal) is whole
    assert not holds(operator, wanted, other)
    assert holds(negation, wanted, other) is whole
    assert not holds(negation, wanted, equal)


@pytest.mark.parametrize("prefix", ["Numeric", "Date"])
@given(st.integers(-5, 5), st.integers(-5, 5))
def test_orders(prefix: str, actual: int, wanted: int) -> None:
    assert holds(f"{prefix}LessThan", str(wanted), str(actual)) is (actual < wanted)
    assert holds(f"{prefix}LessThanEquals", str(wanted), str(actual)) is (actual <= wanted)
    assert holds(f"{prefix}GreaterThan", str(wanted), str(actual)) is (actual > wanted)
    assert holds(f"{prefix}GreaterThanEquals", str(wanted), str(actual)) is (actual >= wanted)


def test_bool_and_binary() -> None:
    assert holds("Bool", wanted=True, actual="true")
    assert holds("Bool", "TRUE", "true")
    assert not holds("Bool", "true", "false")
    assert holds("BinaryEquals", "cHJvZA==", "cHJvZA==")
    assert not holds("BinaryEquals", "cHJvZA==", "ZGV2")


@pytest.mark.parametrize("name", POSITIVE)
def test_an_absent_key_matches_nothing(name: str) -> None:
    assert not holds(name, "1", None)
    assert holds(f"{name}IfExists", "1", None)
    assert holds(f"ForAllValues:{name}", "1", None)
    assert not holds(f"ForAnyValue:{name}", "1", None)
    assert holds(f"ForAnyValue:{name}IfExists", "1", None)


@pytest.mark.parametrize("name", NEGATED)
def test_a_negation_holds_for_an_absent_key(name: str) -> None:
    assert holds(name, "1", None)
    assert holds(f"{name}IfExists", "1", None)
    assert holds(f"ForAllValues:{name}", "1", None)
    assert not holds(f"ForAnyValue:{name}", "1", None)


@pytest.mark.parametrize(
    ("name", "wanted", "actual"),
    [
        ("NumericEquals", "five", "5"),
        ("NumericEquals", "5", "five"),
        ("DateEquals", "soon", "2026-01-01"),
        ("IpAddress", "192.0.2.0/33", "192.0.2.1"),
        ("IpAddress", "192.0.2.0/24", "nobody"),
        ("ArnEquals", "*", ARN),
        ("ArnEquals", ARN, "topic"),
        ("StringEquals", "${aws:PrincipalTag/other}", "x"),
        ("ArnLike", "arn:aws:sns:us-east-1:111111111111:${aws:PrincipalTag/other}", ARN),
    ],
)
def test_what_cannot_be_compared_satisfies_neither_operator_nor_negation(name: str, wanted: str, actual: str) -> None:
    negation = {"IpAddress": "NotIpAddress", "ArnLike": "ArnNotLike"}.get(name) or name.replace("Equals", "NotEquals")
    for operator in (name, negation, f"{name}IfExists", f"{negation}IfExists"):
        assert not holds(operator, wanted, actual)


def test_any_of_several_wanted_values_may_match_and_none_for_a_negation() -> None:
    assert holds("StringEquals", ["a", "b"], "b")
    assert not holds("StringEquals", ["a", "b"], "c")
    assert not holds("StringNotEquals", ["a", "b"], "b")
    assert holds("StringNotEquals", ["a", "b"], "c")
    assert holds("StringEquals", ["${aws:PrincipalTag/other}", "b"], "b")


@given(st.lists(st.sampled_from("abc"), max_size=4), st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_set_operators(actual: list[str], wanted: list[str]) -> None:
    values = tuple(actual)
    assert holds("ForAllValues:StringEquals", wanted, values) is (set(actual) <= set(wanted))
    assert holds("ForAnyValue:StringEquals", wanted, values) is bool(set(actual) & set(wanted))
    assert holds("ForAllValues:StringNotEquals", wanted, values) is set(actual).isdisjoint(wanted)
    assert holds("ForAnyValue:StringNotEquals", wanted, values) is bool(set(actual) - set(wanted))


def test_several_values_need_a_set_operator() -> None:
    for operator in ("StringEquals", "StringNotEquals", "StringLike"):
        assert not holds(operator, "a", ("a",))
        assert not holds(operator, "b", ("a",))
    assert holds("ForAnyValue:StringEquals", "a", "a")


def test_null_asks_whether_the_key_is_there() -> None:
    assert holds("Null", "true", None)
    assert holds("Null", wanted=True, actual=())
    assert not holds("Null", "true", "x")
    assert holds("Null", "false", "")
    assert holds("Null", "False", ("x",))
    assert not holds("Null", "false", None)
    assert holds("Null", ["true", "false"], None)


def test_all_conditions_have_to_hold() -> None:
    element = {"StringEquals": {"aws:One": "1", "aws:Two": "2"}, "Null": {"aws:Three": "true"}}
    conditions = parse_conditions(element, "Condition", variables=True)
    assert first_unmet(conditions, keys_of(request(aws__One="1", aws__Two="2"))) is None
    wrongs: list[dict[str, Any]] = [{"aws__One": "1"}, {"aws__One": "1", "aws__Two": "2", "aws__Three": "3"}]
    for wrong in wrongs:
        assert first_unmet(conditions, keys_of(request(**wrong))) is not None


def test_case_does_not_count_in_names_of_keys_and_operators() -> None:
    conditions = parse_conditions({"forallvalues:stringlikeifexists": {"AWS:some": "x"}}, "C", variables=True)
    assert conditions[0].name == "ForAllValues:StringLikeIfExists"
    assert first_unmet(conditions, keys_of(request(aws__Some="x"))) is None
    assert first_unmet(conditions, keys_of(request(aws__Some="y"))) is not None


def test_variables_are_those_of_the_newer_version() -> None:
    assert holds("StringEquals", "${aws:username}", "bob")
    assert not holds("StringEquals", "${aws:username}", "bob", version=False)
    assert holds("StringEquals", "${aws:username}", "${aws:username}", version=False)


@pytest.mark.parametrize(
    "element",
    [
        [],
        "x",
        {"StringEquals": []},
        {"StringEqual": {"aws:a": "b"}},
        {"StringEqualsIfExistsIfExists": {"aws:a": "b"}},
        {"ForAll:StringEquals": {"aws:a": "b"}},
        {"NullIfExists": {"aws:a": "true"}},
        {"ForAnyValue:Null": {"aws:a": "true"}},
        {"StringEquals": {"a": "b"}},
        {"StringEquals": {":a": "b"}},
        {"StringEquals": {"aws:a": []}},
        {"StringEquals": {"aws:a": None}},
        {"StringEquals": {"aws:a": {"b": "c"}}},
        {"StringEquals": {"aws:a": ["b", ["c"]]}},
    ],
)
def test_malformed(element: Any) -> None:
    with pytest.raises(PolicyInvalid, match="Condition"):
        parse_conditions(element, "Condition", variables=True)
