from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.globs import Pieces, includes, overlap
from entrepot.rules.iam.patterns import parse_parts, parse_pattern

LONGEST = 4
TEXTS = ["".join(text) for length in range(2 * LONGEST + 1) for text in product("ab", repeat=length)]
"""Where two patterns have a text in common, they have one of no more characters than both of them."""

patterns = st.text("ab*?", max_size=LONGEST)


def parts(pattern: str, *, variables: bool = False) -> Pieces:
    return parse_parts(pattern, wildcards=True, variables=variables)


def fitting(pattern: str) -> set[str]:
    test = parse_pattern(pattern, wildcards=True, variables=False)
    return {text for text in TEXTS if test.matches(text, lambda _: None)}


@given(patterns, patterns)
def test_overlapping_patterns_are_those_that_something_fits(one: str, other: str) -> None:
    assert overlap(parts(one), parts(other)) is not fitting(one).isdisjoint(fitting(other))


@given(patterns, patterns)
def test_what_is_included_fits(wide: str, narrow: str) -> None:
    if includes(parts(wide), parts(narrow)):
        assert fitting(narrow) <= fitting(wide)


@given(patterns, st.text("ab", max_size=5))
def test_a_text_is_included_where_it_fits(wide: str, text: str) -> None:
    assert includes(parts(wide), parts(text)) is (text in fitting(wide))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("*", "*"), ("*", "a*"), ("a*", "a*"), ("a*", "ab*"), ("*b", "a*b"), ("a?*", "ab*"), ("a*c", "a?*c"), ("**", "*")],
)
def test_inclusions_that_are_seen(wide: str, narrow: str) -> None:
    assert includes(parts(wide), parts(narrow))


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("a", "*"), ("?", "*"), ("a?", "a*"), ("", "a"), ("a*", "*"), ("?*", "*"), ("b*", "a*"), ("a", "?")],
)
def test_inclusions_that_are_not_there(wide: str, narrow: str) -> None:
    assert not includes(parts(wide), parts(narrow))


def test_a_variable_without_a_value_may_be_anything() -> None:
    variable = parts("prod/${aws:username}", variables=True)
    assert overlap(variable, parts("prod/app"))
    assert overlap(parts("p*"), variable)
    assert not overlap(variable, parts("dev/app"))
    assert includes(parts("prod/*"), variable)
    assert not includes(variable, parts("prod/app"))
