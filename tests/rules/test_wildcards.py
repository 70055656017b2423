from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.rules.wildcards import matches


def by_regex(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(re.escape(piece) for piece in pattern.split("*")), text, re.DOTALL) is not None


@given(st.text("ab*", max_size=6), st.text("ab", max_size=5))
@example("a*a", "a")
@example("ab*ba", "aba")
@example("a*ab*b", "aabb")
@example("a*b*b", "ab")
@example("*a*a*", "a")
@example("", "")
@example("*", "")
@example("**", "a")
def test_matching_is_that_of_the_regular_expression(pattern: str, text: str) -> None:
    assert matches(pattern, text) == by_regex(pattern, text)


@given(st.lists(st.text(max_size=5).filter(lambda piece: "*" not in piece), min_size=1, max_size=6), st.data())
def test_whatever_stands_for_the_wildcards_matches(pieces: list[str], data: st.DataObject) -> None:
    text = pieces[0]
    for piece in pieces[1:]:
        text += data.draw(st.text(max_size=5)) + piece
    assert matches("*".join(pieces), text)


@pytest.mark.parametrize(
    ("pattern", "text"), [("v*", "V1"), ("a.c", "abc"), ("a?c", "abc"), ("[a]", "a"), ("a", "a\n"), ("a*", "\na")]
)
def test_only_the_asterisk_is_special_and_case_counts(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


def test_hostile_patterns_take_no_time() -> None:
    started = time.process_time()
    assert not matches("a*" * 64 + "b", "a" * 100_000)
    assert not matches("*a" * 64 + "b*", "a" * 100_000)
    assert time.process_time() - started < 1
