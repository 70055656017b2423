"""Which quota holds, and when an addition is far from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.quotas import (
    NAMES,
    OF_REPOSITORY,
    PACE,
    UNITS,
    UNLIMITED,
    Override,
    in_force,
    is_always_near,
    is_far,
    refusal_text,
    too_large_text,
)

names = st.sampled_from(NAMES)
values = st.integers(0, 1 << 50)
overrides = st.lists(
    st.builds(Override, st.sampled_from(["", "app", "other"]), names, st.one_of(values, st.just(UNLIMITED))),
    unique_by=lambda each: (each.repository, each.name),
)


@given(defaults=st.dictionaries(names, values), given_=overrides)
def test_the_nearest_quota_holds(defaults: dict[str, int], given_: list[Override]) -> None:
    found = in_force(defaults, given_, "app")
    for name in NAMES:
        set_ = {each.repository: each.value for each in given_ if each.name == name}
        expected = set_.get("app", set_.get("", defaults.get(name, UNLIMITED)))
        assert found.get(name, UNLIMITED) == expected


@given(defaults=st.dictionaries(names, values), given_=overrides)
def test_a_registry_has_nothing_of_its_repositories(defaults: dict[str, int], given_: list[Override]) -> None:
    of_registry = [each for each in given_ if not each.repository]
    assert in_force(defaults, given_, "") == in_force(defaults, of_registry, "anything")


@given(name=names, value=values, used=values, adding=values, age=st.floats(0, 100), others=st.floats(0, 1))
def test_what_is_far_stays_within_whatever_the_others_add(
    name: str, value: int, used: int, adding: int, age: float, others: float
) -> None:
    unit = UNITS[name]  # type: ignore[index]
    added_by_others = int(others * PACE[unit] * (age + 1))
    if is_far(value, used, adding, age, unit):
        assert used + adding + added_by_others <= value


@given(name=names, value=values, used=values, adding=st.integers(1, 1 << 40), age=st.floats(0, 100))
def test_small_quotas_are_counted_every_time(name: str, value: int, used: int, adding: int, age: float) -> None:
    unit = UNITS[name]  # type: ignore[index]
    if is_always_near(value, unit):
        assert not is_far(value, used, adding, age, unit)


@given(name=names, value=values, used=values, adding=values)
def test_a_refusal_names_the_quota_its_value_and_what_is_in_use(name: str, value: int, used: int, adding: int) -> None:
    for text in (
        refusal_text(name, value, used, "123456789012", "app"),  # type: ignore[arg-type]
        too_large_text(name, value, used, adding, "123456789012", "app"),  # type: ignore[arg-type]
    ):
        assert f"(quota {name}, in use: {used})" in text
        assert f"'{value}'" in text
        assert ("'app'" in text) == (name in OF_REPOSITORY)


def test_ecrs_own_words() -> None:
    assert refusal_text("images_per_repository", 3, 3, "123456789012", "app").startswith(
        "The repository with name 'app' in registry with id '123456789012' already has the maximum allowed number of "
        "images which is '3'"
    )
    assert refusal_text("repositories", 3, 3, "123456789012", "app").startswith(
        "The registry with id '123456789012' already has the maximum allowed number of repositories which is '3'"
    )
