from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidParameter
from entrepot.rules.mutability import FILTER_PATTERN, MODES, MOST_FILTERS, TagMutability, make_mutability, may_overwrite
from entrepot.rules.wildcards import matches
from tests.rules.strategies import tags

SHAPES = Loader().load_service_model("ecr", "service-2")["shapes"]
EXCLUDING = [mode for mode in MODES if mode.endswith("_WITH_EXCLUSION")]
PLAIN = [mode for mode in MODES if not mode.endswith("_WITH_EXCLUSION")]

filters = st.from_regex(r"[0-9a-zA-Z._*-]{1,128}", fullmatch=True)


def constraint_of(call: Any, *arguments: Any) -> str:
    with pytest.raises(InvalidParameter) as caught:
        call(*arguments)
    return caught.value.message


def test_modes_and_limits_are_the_model_s() -> None:
    assert set(MODES) == set(SHAPES["ImageTagMutability"]["enum"])
    assert SHAPES["ImageTagMutabilityExclusionFilters"]["max"] == MOST_FILTERS
    assert SHAPES["ImageTagMutabilityExclusionFilterValue"]["pattern"] == FILTER_PATTERN


@pytest.mark.parametrize(
    ("mode", "patterns", "overwritable", "fixed"),
    [
        ("MUTABLE", None, {"latest", "dev-1", "v1"}, set()),
        ("IMMUTABLE", None, set(), {"latest", "dev-1", "v1"}),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest", "dev-*"], {"latest", "dev-1", "dev-"}, {"v1", "Latest", "a-dev-1"}),
        ("MUTABLE_WITH_EXCLUSION", ["v*", "release"], {"latest", "dev-1", "V1"}, {"v1", "v", "release"}),
    ],
)
def test_who_may_overwrite_what(mode: str, patterns: list[str] | None, overwritable: set[str], fixed: set[str]) -> None:
    policy = make_mutability(mode, patterns)
    assert {tag for tag in overwritable | fixed if may_overwrite(policy, tag)} == overwritable


@given(st.lists(filters, min_size=1, max_size=MOST_FILTERS), tags)
def test_the_modes_with_exclusions_are_each_other_s_opposite(patterns: list[str], tag: str) -> None:
    excepted = any(matches(pattern, tag) for pattern in patterns)
    assert may_overwrite(make_mutability("IMMUTABLE_WITH_EXCLUSION", patterns), tag) == excepted
    assert may_overwrite(make_mutability("MUTABLE_WITH_EXCLUSION", patterns), tag) != excepted


@given(tags)
def test_a_tag_that_is_its_own_filter_is_excepted(tag: str) -> None:
    assert may_overwrite(make_mutability("IMMUTABLE_WITH_EXCLUSION", [tag]), tag)


def test_a_stored_mode_that_is_unknown_protects_tags() -> None:
    assert not may_overwrite(TagMutability("LATER_MODE", ("*",)), "latest")


@pytest.mark.parametrize("mode", PLAIN)
def test_filters_are_refused_without_exclusion(mode: str) -> None:
    assert make_mutability(mode, None) == TagMutability(mode, ())
    assert constraint_of(make_mutability, mode, ["a"]) == (
        "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: "
        f"'ImageTagMutabilityExclusionFilters must be null when imageTagMutability is set as {mode}'"
    )


@pytest.mark.parametrize("mode", EXCLUDING)
def test_filters_are_demanded_with_exclusion(mode: str) -> None:
    assert make_mutability(mode, ["a", "b*"]) == TagMutability(mode, ("a", "b*"))
    assert constraint_of(make_mutability, mode, None) == (
        "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: "
        f"'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as {mode}'"
    )


@pytest.mark.parametrize("mode", EXCLUDING)
def test_the_number_of_filters_is_limited(mode: str) -> None:
    assert "greater than or equal to 1" in constraint_of(make_mutability, mode, [])
    assert "less than or equal to 5" in constraint_of(make_mutability, mode, ["a"] * 6)
    assert len(make_mutability(mode, ["a"] * 5).filters) == 5


@pytest.mark.parametrize("pattern", ["", "a" * 129, "a/b", "a b", "a\n", "ä", "a?"])
def test_filters_outside_the_pattern_are_refused(pattern: str) -> None:
    message = constraint_of(make_mutability, "MUTABLE_WITH_EXCLUSION", ["ok", pattern])
    assert f"must satisfy regular expression '{FILTER_PATTERN}'" in message


@pytest.mark.parametrize("mode", ["", "mutable", "MUTABLE "])
def test_unknown_modes_are_refused(mode: str) -> None:
    assert "enum value set" in constraint_of(make_mutability, mode, None)
