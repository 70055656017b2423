from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.rules.iam.patterns import Variable, Wild, parse_parts, parse_pattern, split_parts

VALUES = {"aws:username": "bob", "aws:principaltag/team": "a*", "aws:empty": ""}


def matches(pattern: str, text: str, *, wildcards: bool = True, variables: bool = True) -> bool | None:
    return parse_pattern(pattern, wildcards=wildcards, variables=variables).matches(text, VALUES.get)


def naively(pattern: str, text: str) -> bool:
    """The definition, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naively(pattern[1:], text) or (text != "" and naively(pattern, text[1:]))
    return text != "" and pattern[0] in {"?", text[0]} and naively(pattern[1:], text[1:])


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
@example("*?", "")
@example("?*?", "a")
@example("*a?", "aab")
@example("a*?b", "ab")
def test_matching_is_that_of_the_definition(pattern: str, text: str) -> None:
    assert matches(pattern, text) is naively(pattern, text)


@given(st.text(), st.text())
def test_without_wildcards_only_the_same_text_matches(pattern: str, text: str) -> None:
    assert matches(pattern, text, wildcards=False, variables=False) is (pattern == text)
    assert matches(pattern, pattern, wildcards=False, variables=False) is True


@given(st.text("ab*?${}", max_size=6).filter(lambda value: value != ""))
def test_what_a_variable_stands_for_is_literal(value: str) -> None:
    pattern = parse_pattern("x${key}*", wildcards=True, variables=True)
    assert pattern.matches(f"x{value}y", {"key": value}.get) is True
    assert pattern.matches("xz", {"key": value}.get) is False


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("${aws:username}/x", "bob/x", True),
        ("${AWS:UserName}", "bob", True),
        ("${aws:username}", "alice", False),
        ("${aws:PrincipalTag/team}", "a*", True),
        ("${aws:PrincipalTag/team}", "ab", False),
        ("${aws:PrincipalTag/other}", "", None),
        ("${aws:PrincipalTag/other, 'none'}-x", "none-x", True),
        ("${aws:PrincipalTag/other,'none'}", "none", True),
        ("${aws:PrincipalTag/other, ''}", "", True),
        ("${aws:username, 'none'}", "bob", True),
        ("${aws:empty, 'none'}", "", True),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("a${?}b", "axb", False),
        ("${$}{x}", "${x}", True),
        ("${not closed", "${not closed", True),
        ("${}", "${}", True),
        ("${a b}", "${a b}", True),
        ("$", "$", True),
    ],
)
def test_variables(pattern: str, text: str, *, found: bool | None) -> None:
    assert matches(pattern, text) is found


def test_without_variables_they_stand_for_themselves() -> None:
    assert matches("${aws:username}", "${aws:username}", variables=False) is True
    assert matches("${aws:username}", "bob", variables=False) is False
    assert matches("a${*}", "a${xyz}", variables=False) is True


def test_a_pattern_is_cut_in_its_own_text_only() -> None:
    parts = parse_parts("a:b*:${aws:x, 'd:e'}f:g:h", wildcards=True, variables=True)
    assert split_parts(parts, ":", 3) == [["a"], ["b", Wild.ANY], [Variable("aws:x", "d:e"), "f"], ["g:h"]]


@pytest.mark.parametrize("pattern", ["a*" * 500 + "b", "*?a" * 300 + "b*", "*" + "?" * 500 + "b", "*a?" * 300 + "b"])
def test_hostile_patterns_take_no_time(pattern: str) -> None:
    started = time.process_time()
    assert matches(pattern, "a" * 20_000) is False
    assert time.process_time() - started < 2
