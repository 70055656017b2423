"""What a push and a pull cost in requests to the store, each of which is paid for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

from entrepot.blobs.s3 import PART
from tests.support.images import digest_of
from tests.support.oci import Oci
from tests.support.s3_proxy import S3Proxy

MIB = 1 << 20


def push(client: Oci, data: bytes) -> str:
    """As docker, podman, containerd and buildkit do: POST, one PATCH, PUT."""
    location, digest = client.begin_upload("app"), digest_of(data)
    answer = client.request("PATCH", location, body=data).expect(202)
    client.finish_upload(client.location(answer), digest).expect(201)
    return digest


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, {"Put": 1}),
        (1, {"Put": 1}),
        (64 << 10, {"Put": 1}),
        (10 * MIB, {"Put": 1}),
        (30 * MIB, {"Head": 1, "Begin": 1, "Part": 3, "Complete": 1}),
    ],
)
def test_a_layer_in_one_request(client: Oci, proxy: S3Proxy, size: int, expected: dict[str, int]) -> None:
    data = os.urandom(size)
    proxy.forget()
    digest = push(client, data) if size else client.push_blob("app", data)
    # A part that is sent again, as a slow machine has it, is one part.
    assert Counter(kind for kind, *_ in {(each.kind, each.path, each.part) for each in proxy.seen}) == expected
    proxy.forget()
    assert client.get_blob("app", digest).expect(200).body == data
    assert proxy.counted() == ({"GetObject": 1} if size else {})
    proxy.forget()
    client.head_blob("app", digest).expect(200)
    assert proxy.counted() == {}


def test_a_range_is_one_request(client: Oci, proxy: S3Proxy) -> None:
    data = os.urandom(30 * MIB)
    digest = push(client, data)
    proxy.forget()
    answer = client.get_blob("app", digest, {"Range": f"bytes={5 * MIB + 7}-{20 * MIB}"}).expect(206)
    assert answer.body == data[5 * MIB + 7 : 20 * MIB + 1]
    assert proxy.counted() == {"GetObject": 1}


def test_a_blob_in_one_post(client: Oci, proxy: S3Proxy) -> None:
    data = os.urandom(64 << 10)
    proxy.forget()
    headers = {"Content-Type": "application/octet-stream"}
    client.request("POST", f"/v2/app/blobs/uploads/?digest={digest_of(data)}", headers=headers, body=data).expect(201)
    assert proxy.counted() == {"Put": 1}


def test_a_layer_in_parts_of_ecr(client: Oci, proxy: S3Proxy, keys: Callable[[], set[str]]) -> None:
    data = os.urandom(33 * MIB + 5)
    proxy.forget()
    digest = client.push_blob_in_chunks("app", data, 10 * MIB)
    counted = proxy.counted()
    assert counted.pop("GetObject") <= 6
    assert sum(counted.values()) <= 20, counted
    assert client.get_blob("app", digest).expect(200).body == data
    assert {key.partition("/")[0] for key in keys()} == {"objects"}


def test_many_small_chunks_become_one_object(client: Oci, proxy: S3Proxy, keys: Callable[[], set[str]]) -> None:
    data = os.urandom(20 * 1000)
    proxy.forget()
    digest = client.push_blob_in_chunks("app", data, 1000)
    assert proxy.counted()["Put"] == 20
    assert "Begin" not in proxy.counted()
    assert client.get_blob("app", digest).expect(200).body == data
    assert {key.partition("/")[0] for key in keys()} == {"objects"}


def test_all_parts_but_the_last_are_of_one_length(client: Oci, proxy: S3Proxy) -> None:
    """Some stores take no others (https://github.com/project-zot/zot/issues/2142)."""
    data = os.urandom(30 * MIB)
    location, digest = client.begin_upload("app"), digest_of(data)
    for start, stop in [(0, 14 * MIB), (14 * MIB, 15 * MIB), (15 * MIB, 30 * MIB)]:
        location = client.location(client.upload_chunk(location, start, data[start:stop]).expect(202))
    client.finish_upload(location, digest).expect(201)
    lengths: dict[str, dict[int, int]] = {}
    # Parts are copied several at a time, and so are not seen in their order; on a slow day one is sent again.
    for seen in sorted(proxy.seen, key=lambda each: each.part):
        if seen.kind in {"Part", "PartCopy"}:
            lengths.setdefault(seen.upload, {})[seen.part] = seen.length
    assert len(lengths) >= 2
    for found in lengths.values():
        *others, last = found.values()
        assert set(others) == {PART}
        assert 0 < last <= PART
    assert client.get_blob("app", digest).expect(200).body == data
