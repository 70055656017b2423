"""Keys of resource tags to be removed: those that could have been added, and no more than a resource can have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidTagParameter, TooManyTags
from entrepot.rules.resource_tags import MOST_TAGS, check_tag_keys, merge_tags

KEYS = st.one_of(st.text(), st.text("aAwWsS:?\t", max_size=6), st.text("k", min_size=120, max_size=140))


def can_be_added(key: str) -> bool:
    try:
        merge_tags({}, [(key, "")])
    except InvalidTagParameter:
        return False
    return True


@given(st.lists(KEYS, max_size=MOST_TAGS))
def test_what_could_not_be_added_cannot_be_removed(keys: list[str]) -> None:
    if all(map(can_be_added, keys)):
        check_tag_keys(keys)
        return
    with pytest.raises(InvalidTagParameter):
        check_tag_keys(keys)


@given(st.integers(min_value=0, max_value=3 * MOST_TAGS))
def test_the_number_of_keys_has_a_limit(count: int) -> None:
    keys = [f"key-{number}" for number in range(count)]
    if count <= MOST_TAGS:
        check_tag_keys(keys)
        return
    with pytest.raises(TooManyTags):
        check_tag_keys(keys)
