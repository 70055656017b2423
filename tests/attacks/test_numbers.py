"""Absurd numbers in queries: none makes the server allocate, overflow or fail (compare CVE-2023-2253)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.support.images import OCI_MANIFEST, tiny_image
from tests.support.server import Server

MIB = 1 << 20
HUGE = [10**9, 2**31, 2**63 - 1, 2**63, 2**64, 10**100, 10**2000]


def listings(repository: str) -> list[str]:
    digest = "sha256:" + "0" * 64
    return ["/v2/_catalog", f"/v2/{repository}/tags/list", f"/v2/{repository}/referrers/{digest}"]


@pytest.mark.parametrize("number", HUGE, ids=lambda number: f"{len(str(number))} digits")
def test_a_huge_n_is_a_page_like_any_other(oci: Checked, earlier: str, number: int) -> None:
    for path in listings(earlier):
        plain = oci.request("GET", path).expect(200)
        assert oci.request("GET", f"{path}?n={number}").expect(200).body == plain.body


def test_a_huge_n_takes_no_memory(server: Server, oci: Checked, earlier: str) -> None:
    """Every worker is likely to be asked: a billion entries of any kind would take gigabytes."""
    for path in listings(earlier):
        oci.request("GET", path)
    server.reset_peak_rss()
    before = sum(server.peak_rss().values())
    began = time.monotonic()
    for _ in range(4):
        for path in listings(earlier):
            oci.request("GET", f"{path}?n={10**9}").expect(200)
    assert sum(server.peak_rss().values()) - before < 32 * MIB
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "number", ["-1", "-0", "1.0", "1e9", "0x7f", "NaN", "inf", "", " ", "%00", "1;2", "%EF%BC%91", "[]"]
)
def test_what_is_no_number(oci: Checked, earlier: str, number: str) -> None:
    for path in listings(earlier):
        assert oci.request("GET", f"{path}?n={number.replace(' ', '%20')}").expect(400).codes == ["UNSUPPORTED"]


@pytest.mark.parametrize("last", [str(2**63), "9" * 1000, "-1", "x", "1.5"])
def test_a_page_of_referrers_that_there_is_not(oci: Checked, earlier: str, last: str) -> None:
    path = listings(earlier)[2]
    answer = oci.request("GET", f"{path}?last={last}").expect(200, 400)
    assert answer.status == 400 or answer.json()["manifests"] == []


def test_n_given_twice_and_other_parameters(oci: Checked, earlier: str) -> None:
    for path in listings(earlier):
        oci.request("GET", f"{path}?n=5&n=7&offset=-1&page=999&limit=x").expect(200)
    many = "&".join(f"x{number}={number}" for number in range(3000))
    oci.request("GET", f"/v2/{earlier}/tags/list?{many}").expect(200)


def test_a_last_of_many_letters(oci: Checked, earlier: str) -> None:
    for path in listings(earlier)[:2]:
        oci.request("GET", f"{path}?last={'z' * 30_000}").expect(200)


def test_a_thousand_filters(oci: Checked, earlier: str) -> None:
    query = "&".join(f"artifactType=a/b{number}" for number in range(2000))
    answer = oci.request("GET", f"{listings(earlier)[2]}?{query}").expect(200)
    assert answer.json()["manifests"] == []


def test_more_tags_than_an_image_can_have(oci: Checked, repository: str) -> None:
    """ECR's quota of 1,000, and all or nothing."""
    image = tiny_image("many tags")
    oci.push_image(repository, image)
    query = "&".join(f"tag=t{number}" for number in range(1001))
    answer = oci.put_manifest(repository, f"{image.digest}?{query}", image.manifest, OCI_MANIFEST).expect(403)
    assert answer.codes == ["DENIED"]
    assert oci.tags(repository).json()["tags"] == []


@pytest.mark.parametrize("operation", ["DescribeRepositories", "ListImages", "DescribeImages"])
@pytest.mark.parametrize("number", [0, -1, 1001, 2**31 - 1, 2**31, 2**63, 10**50])
def test_max_results(server: Server, earlier: str, operation: str, number: int) -> None:
    body: dict[str, Any] = {"maxResults": number}
    if operation != "DescribeRepositories":
        body["repositoryName"] = earlier
    reply = sign(server, operation, body).send()
    # The protocol's integers have 32 bits: a longer one never reaches the operation.
    code = "InvalidParameterException" if number < 2**31 else "SerializationException"
    assert (reply.status, reply.code) == (400, code)
    assert "maxResults" in reply.body["message"]


@pytest.mark.parametrize("token", ["", "x", "A" * 10_000, "\u00fc", "\0", "AAAA", "-1", "eyJhIjoxfQ"])
def test_next_tokens_that_are_none(server: Server, earlier: str, token: str) -> None:
    for operation in ("ListImages", "DescribeImages"):
        reply = sign(server, operation, {"repositoryName": earlier, "nextToken": token}).send()
        assert (reply.status, reply.code) == (400, "InvalidParameterException")


def test_a_next_token_of_another_listing(server: Server, ecr: Any, oci: Checked, repository: str, other: str) -> None:
    for name in (repository, other):
        for number in range(3):
            oci.push_image(name, tiny_image(number), f"t{number}")
    token = ecr.list_images(repositoryName=repository, maxResults=1)["nextToken"]
    for operation, name in (("ListImages", other), ("DescribeImages", repository)):
        reply = sign(server, operation, {"repositoryName": name, "nextToken": token}).send()
        assert (reply.status, reply.code) == (400, "InvalidParameterException")
