"""Plans: what a load needs, and what is full first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import capacity
from bench.bills import Load
from bench.capacity_model import MANIFEST_BASE, MANIFEST_LAYER, Held, Site, held, plan
from bench.figures import REMEDIES, bottleneck, number, plan_lines, size
from bench.results import load
from tests.bench.costs import loads, made_up, seeds

SITES = (
    Site("one", "sqlite-2", disk=1e12),
    Site("many", "postgres-s3", nodes=3, database_cores=8),
    Site("far", "postgres-redirect", nodes=5, cores=16, database_cores=16),
)
NO_SITES = (["--cores", "0"], ["--kept-days", "-1"], ["--topology", "sqlite-2", "--nodes", "2"])
MORE = ("images_per_day", "layers", "layer_size", "kept_days", "pulls_per_push", "peak_factor")
sites = st.sampled_from(SITES)


@given(seeds, loads, sites, st.sampled_from(MORE), st.floats(1, 100))
def test_more_load_fills_no_resource_less(seed: int, asked: Load, site: Site, what: str, times: float) -> None:
    found, value = made_up(seed), getattr(asked, what)
    less, more = plan(found, asked, site), plan(found, replace(asked, **{what: type(value)(value * times)}), site)
    shares = {need.name: need.share for need in less.needs}
    assert all(need.share >= shares[need.name] * (1 - 1e-9) for need in more.needs)
    assert more.nodes >= less.nodes


@given(seeds, loads, st.sampled_from(SITES[1:]), st.integers(1, 50))
def test_more_nodes_fill_no_resource_more(seed: int, asked: Load, site: Site, more: int) -> None:
    found = made_up(seed)
    shares = {need.name: need.share for need in plan(found, asked, site).needs}
    grown = plan(found, asked, replace(site, nodes=site.nodes + more))
    assert all(need.share <= shares[need.name] * (1 + 1e-9) for need in grown.needs)


@given(seeds, loads, sites)
def test_what_is_full_first_is_full_when_it_says_so(seed: int, asked: Load, site: Site) -> None:
    found = made_up(seed)
    now = plan(found, asked, site)
    if 0 < now.first.share < float("inf"):
        then = plan(found, replace(asked, images_per_day=now.most_images), site)
        assert then.first.share == pytest.approx(site.headroom, rel=1e-6)


@given(loads.filter(lambda asked: asked.images_per_day < 1e5), sites)
def test_enough_is_enough(asked: Load, site: Site) -> None:
    enough = capacity.enough(load(), asked, site)
    of_nodes = [need for need in enough.needs if need.name in {"processors of Entrepot", "network of a node"}]
    if site.database_cores:
        assert all(need.share <= site.headroom * (1 + 1e-9) for need in of_nodes)
    else:
        assert enough.site.nodes == 1


@given(loads, st.booleans())
def test_what_is_kept(asked: Load, sealed: bool) -> None:  # noqa: FBT001 - given by name below
    rows = load().rows["postgres"]
    now = held(asked, rows, sealed=sealed)
    longer = held(replace(asked, kept_days=asked.kept_days + 1), rows, sealed=sealed)
    pairs = zip(_members(longer), _members(now), strict=True)
    assert all(after > before for after, before in pairs)
    assert now.store >= now.images * asked.new_layers * asked.layer_size * (1 - 1e-9)


def test_what_is_kept_by_hand() -> None:
    rows = dict.fromkeys(("images", "manifests", "image_tags", "image_blobs", "blobs", "repository_blobs"), 100.0)
    asked = Load(10, layers=10, layer_size=1 << 20, known_share=0.8, kept_days=9, images_per_repository=100)
    now = held(asked, rows | {"repositories": 1000.0}, sealed=False)
    assert (now.images, now.blobs, now.rows) == pytest.approx((100, 300, 1100))
    assert now.store == pytest.approx(100 * (2 * (1 << 20) + 2048))
    assert now.database == pytest.approx(
        100 * (300 + MANIFEST_BASE + 10 * MANIFEST_LAYER) + 1100 * 100 + 300 * 200 + 1000
    )


def test_the_stages_fit_where_they_are_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    *fitting, last = capacity.stages(load())
    assert [made.site.title for made in fitting if not made.fits] == []
    assert last.fits or "deployments in place of one" in bottleneck(last)
    assert capacity.main(["--images-per-day", "50000", "--nodes", "1", "--cores", "1"]) == 0
    assert "too much for these machines" in capsys.readouterr().out


def test_every_bottleneck_has_a_remedy() -> None:
    for asked, site in ((Load(1000), each) for each in SITES):
        for need in plan(load(), asked, site).needs:
            assert REMEDIES[need.name]
            assert need.name in "\n".join(plan_lines(plan(load(), asked, site)))


def test_a_redirect_takes_pulls_off_the_nodes() -> None:
    through, beside = (plan(load(), Load(50_000), each) for each in SITES[1:])
    lines = [next(need for need in each.needs if need.name == "network of a node") for each in (through, beside)]
    assert lines[0].asked * SITES[1].nodes > 20 * lines[1].asked * SITES[2].nodes


@pytest.mark.parametrize(("text", "bytes_"), [("20MiB", 20 << 20), ("64 KiB", 64 << 10), ("1.5GiB", 3 << 29), ("7", 7)])
def test_sizes(text: str, bytes_: int) -> None:
    assert capacity.size(text) == bytes_


@pytest.mark.parametrize(
    "words", [["--layer-size", "20MB"], ["--cached-share", "1.5"], ["--images-per-day", "0"], *NO_SITES]
)
def test_what_is_no_load_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        capacity.main(["--images-per-day", "10", *words])
    assert "error: argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.001234, "0.0012"),
        (1.25, "1.2"),
        (45.4, "45"),
        (99.9, "100"),
        (123.4, "123"),
        (1_234_567, "1,230,000"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_byte_units() -> None:
    assert [size(each) for each in (0, 999, 1_500, 2.5e9, 3e18)] == ["0 B", "999 B", "1.5 kB", "2.5 GB", "3,000 PB"]


def _members(kept: Held) -> tuple[float, ...]:
    return kept.images, kept.blobs, kept.rows, kept.database, kept.store
