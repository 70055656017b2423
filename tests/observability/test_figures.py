"""Every metric that is declared is there after a load, with the labels and the meaning that it was declared with."""

from __future__ import annotations

import re
import urllib.error
from collections.abc import Iterable

import pytest

from entrepot.observing.catalog import DECLARED, Declared
from tests.observability.load import TOKEN, Driven
from tests.observability.scrape import Point, scrape, text, total

SUFFIXES = ("_bucket", "_count", "_sum")
# What nothing here makes fail; each of them is made to in a test of its own.
ONLY_IN_TROUBLE = {"entrepot_db_failures_total"}


def family(name: str) -> str:
    return next((name.removesuffix(each) for each in SUFFIXES if name.endswith(each)), name)


def of(points: Iterable[Point], declared: Declared) -> list[Point]:
    return [each for each in points if family(each.name) == declared.name]


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_what_is_declared_is_there(points: list[Point], declared: Declared) -> None:
    found = of(points, declared)
    assert found or declared.name in ONLY_IN_TROUBLE
    for each in found:
        assert set(each.labels) - {"le"} == set(declared.labels)
        assert each.kind == declared.kind
        assert each.value >= 0


def test_nothing_else_is_there(points: list[Point]) -> None:
    assert {family(each.name) for each in points} <= {declared.name for declared in DECLARED}


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_names_follow_prometheus_s_conventions(declared: Declared) -> None:
    assert re.fullmatch(r"(entrepot|process)_[a-z0-9_]+", declared.name)
    assert declared.name.endswith("_total") == (declared.kind == "counter")
    assert (declared.kind == "histogram") == bool(declared.buckets)
    assert declared.kind != "histogram" or declared.name.endswith("_seconds")
    assert list(declared.buckets) == sorted(declared.buckets)
    assert not re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)(_|$)", declared.name)
    assert declared.help.endswith(".")


def test_requests_are_counted_by_what_they_are(points: list[Point]) -> None:
    name = "entrepot_request_duration_seconds_count"
    assert total(points, name, door="oci", operation="manifest.get", status="2xx") == 1
    assert total(points, name, door="oci", operation="manifest.get", status="4xx") == 1
    assert total(points, name, door="aws", operation="ecr.CreateRepository", status="2xx") == 2
    assert total(points, name, door="aws", operation="iam.CreateUser") == 1
    assert total(points, name, door="aws", operation="sts.GetCallerIdentity") == 1
    assert total(points, name, door="layers", operation="layer.get", status="2xx") == 1
    assert total(points, name, door="oci", operation="token.get", status="2xx") == 1
    errors = "entrepot_request_errors_total"
    assert total(points, errors, operation="manifest.get", error="ImageNotFound") == 1
    assert total(points, errors, door="none", error="404") == 1
    assert total(points, errors, door="aws", operation="unknown", error="cut") == 1
    assert total(points, errors, error="UnsupportedCommandException", operation="unknown") == 1


def test_clients_make_no_labels_up(points: list[Point]) -> None:
    for each in points:
        for value in each.labels.values():
            assert not re.search(r"hello|unheard|BREW|nowhere|nobody|AKIA|sha256", value), each


def test_refusals_are_counted_by_why(points: list[Point]) -> None:
    failures = "entrepot_authentication_failures_total"
    assert total(points, failures, door="oci", reason="MissingAuthenticationToken") == 1
    assert total(points, failures, door="oci", reason="UnrecognizedClient") == 1
    assert total(points, failures, door="aws", reason="InvalidSignature") == 1
    assert total(points, "entrepot_denials_total", door="aws", reason="not-allowed") == 1
    assert total(points, "entrepot_limit_refusals_total", door="aws", limit="quota") == 1
    assert total(points, "entrepot_key_refusals_total", door="oci", reason="IncorrectKeyException") == 1
    assert total(points, "entrepot_key_failures_total", operation="unwrap", reason="IncorrectKeyException") == 1


def test_bytes_are_counted_at_the_door_and_at_the_store(points: list[Point]) -> None:
    assert total(points, "entrepot_received_bytes_total", door="oci") > 10_000
    assert total(points, "entrepot_sent_bytes_total", door="oci") > 100
    assert total(points, "entrepot_store_bytes_total", direction="written") > 10_000
    assert total(points, "entrepot_store_failures_total", operation="open", reason="missing") == 1


def test_registries_are_told_apart_to_whoever_has_the_token(points: list[Point]) -> None:
    assert total(points, "entrepot_registry_repositories", account="123456789012", region="us-east-1") >= 1
    assert total(points, "entrepot_registry_stored_bytes", account="123456789012", region="us-east-1") > 0


@pytest.mark.parametrize("token", ["", "wrong", f"{TOKEN}x"])
def test_nobody_else_is_told_anything(after_load: Driven, token: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        text(after_load.server.url, token)
    with caught.value as answer:
        assert answer.code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert b"entrepot" not in answer.read()


def test_a_scrape_reads_as_one_format(after_load: Driven) -> None:
    page = text(after_load.server.url, TOKEN)
    names = [line.split()[2] for line in page.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    again = scrape(after_load.server.url, TOKEN)
    assert total(again, "entrepot_build_info") == 1
    assert total(again, "entrepot_workers") == 2
