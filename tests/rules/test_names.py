from __future__ import annotations

import re
import time

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidParameter
from entrepot.rules.names import NAME_PATTERN, TAG_PATTERN, check_repository_name, check_tag, is_repository_name, is_tag
from tests.rules.strategies import repository_names, tags

SHAPE = Loader().load_service_model("ecr", "service-2")["shapes"]["RepositoryName"]


def in_model(name: str) -> bool:
    return SHAPE["min"] <= len(name) <= SHAPE["max"] and re.fullmatch(SHAPE["pattern"], name) is not None


def test_the_pattern_shown_to_clients_is_the_model_s() -> None:
    assert SHAPE["pattern"] == NAME_PATTERN


@given(repository_names())
def test_names_of_the_grammar_are_accepted(name: str) -> None:
    assert in_model(name)
    assert is_repository_name(name)
    check_repository_name(name)


@given(st.text("ab0._-/A\n", max_size=8) | st.text(max_size=300) | repository_names())
def test_names_are_accepted_exactly_where_the_model_does(name: str) -> None:
    assert is_repository_name(name) == in_model(name)


@pytest.mark.parametrize(
    "name",
    [
        "..", "a/../b", "../etc", "/a", "a/", "a//b", "a..b", "a___b", "-a", "a-", "A1", "a b", "a\n", "\na", "a\0b",
        "a%2fb", "a\\b", "é1", "aé", "a:b", "a@b",
    ],
)  # fmt: skip
def test_names_outside_the_grammar_are_refused_in_ecr_s_words(name: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        check_repository_name(name)
    assert caught.value.message == (
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        f"'must satisfy regular expression '{NAME_PATTERN}''"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "greater than or equal to 2"),
        ("a", "greater than or equal to 2"),
        ("a" * 257, "less than or equal to 256"),
    ],
)
def test_lengths_are_refused_in_ecr_s_words(name: str, words: str) -> None:
    with pytest.raises(InvalidParameter, match=f"'repositoryName' .* 'Member must have length {words}'"):
        check_repository_name(name)


def test_the_longest_name_is_accepted() -> None:
    check_repository_name("a" * 256)


@pytest.mark.parametrize("piece", ["a", "a-", "a_", "a__", "a/", "-", "_", "a.", "a--"])
def test_hostile_names_take_no_time(piece: str) -> None:
    # The shape's own length limit is set aside: the pattern must not explode without it either.
    hostile = piece * (20_000 // len(piece)) + "!"
    started = time.process_time()
    assert re.fullmatch(NAME_PATTERN, hostile) is None
    assert not is_repository_name(hostile)
    assert not is_tag(hostile)
    assert time.process_time() - started < 1


@given(tags)
def test_tags_of_the_grammar_are_accepted(tag: str) -> None:
    assert is_tag(tag)
    check_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", ".a", "-a", "a" * 129, "a\n", "a/b", "a:b", "ä", "a b", "a\0", "sha256:" + "a" * 64]
)
def test_tags_outside_the_grammar_are_refused(tag: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        check_tag(tag)
    assert caught.value.message == (
        "Invalid parameter at 'imageTag' failed to satisfy constraint: "
        f"'must satisfy regular expression '{TAG_PATTERN}''"
    )


@pytest.mark.parametrize("tag", ["a" * 128, "_", "1", "v1.2-rc_3", "LATEST"])
def test_unusual_tags_are_accepted(tag: str) -> None:
    check_tag(tag)
