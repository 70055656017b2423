from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidTagParameter, TooManyTags
from entrepot.rules.resource_tags import MOST_TAGS, merge_tags

characters = st.characters(categories=("L", "Z", "N"), include_characters="_.:/=+-@")
keys = st.text(characters, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:"))
values = st.text(characters, max_size=256)
tag_maps = st.dictionaries(keys, values, max_size=20)


@given(tag_maps, tag_maps)
def test_new_tags_are_added_and_replace_those_with_the_same_key(old: dict[str, str], new: dict[str, str]) -> None:
    before = dict(old)
    merged = merge_tags(old, list(new.items()))
    assert set(merged) == set(old) | set(new)
    assert all(merged[key] == new.get(key, old.get(key)) for key in merged)
    assert old == before


@given(st.text(max_size=5), st.text(max_size=5))
def test_a_tag_is_accepted_exactly_where_all_its_characters_are(key: str, value: str) -> None:
    allowed = all(each in "_.:/=+-@" or unicodedata.category(each)[0] in "LZN" for each in key + value)
    try:
        merged = merge_tags({}, [(key, value)])
    except InvalidTagParameter:
        assert not (allowed and key) or key.lower().startswith("aws:")
    else:
        assert allowed
        assert merged == {key: value}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("", "v", "'tagKey' .*greater than or equal to 1"),
        ("k" * 129, "v", "'tagKey' .*less than or equal to 128"),
        ("k", "v" * 257, "'tagValue' .*less than or equal to 256"),
        ("aws:owner", "v", "'aws:' is reserved"),
        ("AWS:owner", "v", "'aws:' is reserved"),
        ("k#", "v", "'tagKey' .*regular expression"),
        ("k\n", "v", "'tagKey' .*regular expression"),
        ("k", "a\0b", "'tagValue' .*regular expression"),
        ("k", "🙂", "'tagValue' .*regular expression"),
    ],
)
def test_tags_that_are_not_allowed_are_refused(key: str, value: str, words: str) -> None:
    with pytest.raises(InvalidTagParameter, match=words):
        merge_tags({}, [(key, value)])


def test_tags_of_the_greatest_length_and_with_aws_elsewhere_are_accepted() -> None:
    pairs = [("k" * 128, "v" * 256), ("Größe 1", "ünï/=+-@:._"), ("x-aws:y", "aws:z"), ("awsome", "")]
    assert merge_tags({}, pairs) == dict(pairs)


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(InvalidTagParameter, match="duplicate"):
        merge_tags({}, [("a", "1"), ("a", "1")])
    assert merge_tags({}, [("a", "1"), ("A", "1")]) == {"a": "1", "A": "1"}


def test_the_number_of_tags_is_limited() -> None:
    full = {str(number): "" for number in range(MOST_TAGS)}
    assert len(merge_tags({}, list(full.items()))) == 50
    assert merge_tags(full, [("7", "new")])["7"] == "new"
    with pytest.raises(TooManyTags, match="51 tags"):
        merge_tags(full, [("one more", "")])
