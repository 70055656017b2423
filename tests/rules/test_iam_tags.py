"""Tags of users and roles: whatever is put on and taken off, no key is there in two cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidInput, LimitExceeded
from entrepot.rules.iam_tags import MOST_TAGS, merge_identity_tags, with_session_tags, without_keys

keys = st.text("aAbBcC", min_size=1, max_size=2)
lists = st.lists(st.tuples(keys, st.text("xyz", max_size=2)), max_size=6, unique_by=lambda pair: pair[0].lower())


@given(lists, lists)
def test_the_new_spelling_and_value_win(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    merged = merge_identity_tags("user", dict(old), new)
    assert len({key.lower() for key in merged}) == len(merged)
    assert dict(new).items() <= merged.items()
    assert {key.lower() for key in merged} == {key.lower() for key, _ in (*old, *new)}
    taken = {key.lower() for key, _ in new}
    assert all(merged[key] == value for key, value in old if key.lower() not in taken)


@given(lists, lists)
def test_tags_of_a_session_hide_those_of_its_role(own: list[tuple[str, str]], session: list[tuple[str, str]]) -> None:
    merged = with_session_tags(own, tuple(session))
    folded = {key.lower(): value for key, value in own} | {key.lower(): value for key, value in session}
    assert {key.lower(): value for key, value in merged} == folded
    assert len(merged) == len(folded)
    assert set(session) <= set(merged) <= {*own, *session}
    assert list(merged) == sorted(merged)


@given(lists, st.lists(keys, max_size=4))
def test_a_key_goes_in_whatever_case_it_is_named(old: list[tuple[str, str]], gone: list[str]) -> None:
    left = without_keys(dict(old), gone)
    assert left == {key: value for key, value in old if key.lower() not in {each.lower() for each in gone}}


@pytest.mark.parametrize("new", [[("a", "1"), ("A", "1")], [("a", "1"), ("a", "1")], [("aws:x", "")], [("AWS:x", "")]])
def test_what_is_refused(new: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput):
        merge_identity_tags("role", {}, new)


def test_the_limit_counts_what_is_there_afterwards() -> None:
    full = {f"k{number}": "" for number in range(MOST_TAGS)}
    assert len(merge_identity_tags("user", full, [("K1", "new")])) == MOST_TAGS
    with pytest.raises(LimitExceeded, match="TagsPerRole: 50"):
        merge_identity_tags("role", full, [("one more", "")])
