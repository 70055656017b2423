"""The sums that plans are made of: more of anything never costs less."""

from __future__ import annotations

from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.bills import GETS, PUSHES, Bill, Load, daily, delete, prices, pull, push
from bench.capacity_model import MANIFEST_BASE, MANIFEST_LAYER
from bench.content import Content, image
from bench.results import Cost, load
from tests.bench.costs import loads, made_up, seeds

MORE = ("images_per_day", "layers", "layer_size", "pulls_per_push")
TOPOLOGIES = ("sqlite-2", "postgres-s3", "postgres-redirect")
MIB = 1 << 20


def no_less(more: Bill, less: Bill) -> bool:
    return all(a >= b * (1 - 1e-9) - 1e-9 for a, b in zip(astuple(more), astuple(less), strict=True))


def close(one: Bill, other: Bill) -> bool:
    return astuple(one) == pytest.approx(astuple(other), rel=1e-9, abs=1e-9)


@given(seeds, loads, st.sampled_from(MORE), st.floats(1, 100))
def test_more_of_anything_costs_no_less(seed: int, asked: Load, what: str, times: float) -> None:
    of = prices(made_up(seed), "postgres-s3")
    value = getattr(asked, what)
    more = replace(asked, **{what: type(value)(value * times)})
    assert no_less(daily(of, more), daily(of, asked))


@given(seeds, loads, st.floats(0, 1))
def test_what_is_cached_is_not_pulled(seed: int, asked: Load, share: float) -> None:
    of = prices(made_up(seed), "postgres-s3")
    less = replace(asked, cached_share=max(asked.cached_share, share))
    assert no_less(pull(of, asked), pull(of, less))


@given(loads, st.floats(0, 1))
def test_layers_that_are_known_cost_less_than_new_ones(asked: Load, share: float) -> None:
    """By what was measured: made-up costs can have a question dearer than an upload."""
    of, less = prices(load(), "postgres-s3"), replace(asked, known_share=max(asked.known_share, share))
    assert push(of, less).ours <= push(of, asked).ours * (1 + 1e-9)


@given(seeds, st.integers(0, 1 << 40), st.integers(0, 1 << 40), st.sampled_from((GETS, PUSHES)))
def test_a_larger_layer_costs_no_less(seed: int, one: int, other: int, kind: str) -> None:
    of = prices(made_up(seed), "postgres-s3")
    assert no_less(of.sized(kind, max(one, other)), of.sized(kind, min(one, other)))


@given(seeds, loads)
def test_a_day_is_linear_in_its_images(seed: int, asked: Load) -> None:
    of = prices(made_up(seed), "postgres-s3")
    assert close(daily(of, replace(asked, images_per_day=2 * asked.images_per_day)), daily(of, asked) * 2)


@pytest.mark.parametrize("size", [64 << 10, 10 * MIB, 256 * MIB])
def test_a_measured_size_costs_what_was_measured(size: int) -> None:
    of = prices(load(), "postgres-s3")
    assert of.sized(GETS, size).ours == pytest.approx(of[f"{GETS}{size}"].ours)


def test_a_day_by_hand() -> None:
    """Two layers of three are new, one of three is pulled; two pulls."""
    cost = Cost("", 1, 0.0, 1.0, ours=1.0, requests=1.0)
    names = ("challenge", "login", "blob_head", "blob_head_absent", "manifest_head_tag", "manifest_get_digest")
    sized = {f"{kind}{size}": replace(cost, ours=5.0) for kind in (GETS, PUSHES) for size in (1 << 16, 1 << 20)}
    costs = dict.fromkeys((*names, "manifest_put", "delete"), cost) | sized
    measured = replace(load().topologies["postgres-s3"], costs=costs, collecting={"ours": 0.5})
    of = prices(replace(load(), topologies={"postgres-s3": measured}), "postgres-s3")
    asked = Load(10, layers=3, layer_size=1 << 16, known_share=1 / 3, cached_share=2 / 3, pulls_per_push=2)
    assert push(of, asked).ours == pytest.approx(1 + 1 + (1 + 3) + 5 * 3 + 1)
    assert pull(of, asked).ours == pytest.approx(3 + 5 + 5)
    assert delete(of, asked).ours == pytest.approx(1 + 0.5 * 3)
    assert daily(of, asked).ours == pytest.approx(10 * (22 + 2 * 13 + 2.5))


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_parts_add_up_to_what_was_measured_as_a_whole(topology: str) -> None:
    """To a half: bytes cost less when many come at once, and the whole was measured with fewer clients."""
    found = load()
    of, costs = prices(found, topology), found.topologies[topology].costs
    whole = Load(1, found.layers, found.layer_size, known_share=0, cached_share=0)
    assert push(of, whole).ours - of["login"].ours == pytest.approx(costs["image_push"].ours, rel=0.5)
    assert pull(of, whole).requests == pytest.approx(costs["image_pull"].requests)
    assert push(of, whole).requests - 1 == pytest.approx(costs["image_push"].requests)


def test_images_that_are_made_up_are_as_large_as_is_said() -> None:
    content = Content(20 * MIB)
    for count in (1, 10, 60):
        made = image(content.blob(1 << 10), [content.blob(20 * MIB) for _ in range(count)])
        assert len(made.manifest) == pytest.approx(MANIFEST_BASE + MANIFEST_LAYER * count, rel=0.05)
