"""A store that is slow, overloaded, broken off or away: nothing acknowledged is lost, and nothing is half there."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.support import s3_proxy
from tests.support.images import Image, digest_of, gzip_layer, make_image
from tests.support.oci import Oci
from tests.support.s3_proxy import S3Proxy, refuse

MIB = 1 << 20
SLOW_DOWN = refuse(503, "SlowDown")  # https://github.com/distribution/distribution/issues/769

TRANSIENT = {
    "slow down": SLOW_DOWN,
    "internal error": refuse(500, "InternalError"),
    "bad gateway": refuse(502, "BadGateway"),
    "reset": s3_proxy.reset,
}


def push(client: Oci, data: bytes) -> str:
    """POST, PATCH, PUT, each repeated where it is told to."""
    location, digest = client.begin_upload("app"), digest_of(data)
    location = client.location(client.request("PATCH", location, body=data).expect(202))
    client.finish_upload(location, digest).expect(201)
    return digest


@pytest.mark.parametrize("answer", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.parametrize("kind", ["Put", "GetObject"])
def test_what_fails_once_is_repeated(client: Oci, proxy: S3Proxy, kind: str, answer: s3_proxy.Answer) -> None:
    data = os.urandom(2 * MIB)
    fault = proxy.fail(kind, answer)
    digest = push(client, data)
    assert client.get_blob("app", digest).expect(200).body == data
    assert fault.times == 0


@pytest.mark.parametrize("kind", ["Begin", "Part", "Complete"])
def test_each_step_of_a_large_layer_is_repeated(client: Oci, proxy: S3Proxy, kind: str) -> None:
    data = os.urandom(26 * MIB)
    fault = proxy.fail(kind, SLOW_DOWN)
    digest = push(client, data)
    assert client.get_blob("app", digest).expect(200).body == data
    assert fault.times == 0


@pytest.mark.parametrize("size", [1000, 13 * MIB])
def test_an_answer_that_was_lost(client: Oci, proxy: S3Proxy, size: int) -> None:
    """The store did it: the repetition finds the object there, and may not take it for somebody else's."""
    data = os.urandom(size)
    for kind in ("Put", "Part", "Complete"):
        proxy.fail(kind, s3_proxy.lose_answer)
    location, digest = client.begin_upload("app"), digest_of(data)
    answer = client.request("PATCH", location, body=data)
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) > 0
        answer = client.request("PATCH", location, body=data)
    client.finish_upload(client.location(answer.expect(202)), digest).expect(201)
    assert client.get_blob("app", digest).expect(200).body == data


def test_a_stream_that_breaks_is_gone_on_with(client: Oci, proxy: S3Proxy) -> None:
    data = os.urandom(9 * MIB)
    digest = push(client, data)
    fault = proxy.fail("GetObject", s3_proxy.cut_body, times=2)
    assert client.get_blob("app", digest).expect(200).body == data
    assert fault.times == 0


def test_an_object_without_its_bytes_is_never_served(client: Oci, proxy: S3Proxy) -> None:
    """A registry that answered 200 with no bytes: https://github.com/project-zot/zot/issues/4427."""
    digest = push(client, os.urandom(1000))
    proxy.fail("GetObject", s3_proxy.nothing, times=10)
    assert client.get_blob("app", digest).status == 500


def image() -> Image:
    return make_image([gzip_layer({"file": os.urandom(30_000)}), gzip_layer({"other": os.urandom(3_000_000)})])


def test_a_store_that_is_away(client: Oci, proxy: S3Proxy, keys: Callable[[], set[str]]) -> None:
    there, later = image(), image()
    client.push_image("app", there, "there")
    before = keys()
    location = client.begin_upload("app")
    with proxy.away():
        for answer in (client.get_blob("app", digest_of(there.blobs[0])), client.request("PATCH", location, body=b"x")):
            assert answer.status == 503
            assert int(answer.headers["retry-after"]) > 0
        client.head_blob("app", digest_of(there.blobs[0])).expect(200)
        client.get_manifest("app", "there").expect(200)
        refused = client.put_manifest("app", "later", later.manifest, later.media_type)
        assert refused.status in {400, 404}
    assert keys() == before
    client.head_manifest("app", "later").expect(404)
    client.finish_upload(location, digest_of(b"y"), b"y").expect(201)
    client.push_image("app", later, "later")
    for name in ("there", "later"):
        client.pull_image("app", name)


def test_a_store_that_does_not_answer(client: Oci, proxy: S3Proxy) -> None:
    data = os.urandom(1000)
    location = client.begin_upload("app")
    proxy.fail("", s3_proxy.hang, times=1000)
    answer = client.request("PATCH", location, body=data).expect(503)
    assert int(answer.headers["retry-after"]) > 0
    proxy.heal()
    client.finish_upload(location, digest_of(data), data).expect(201)
    assert client.get_blob("app", digest_of(data)).expect(200).body == data


def test_a_store_that_does_not_copy_what_it_encrypted(client: Oci, proxy: S3Proxy) -> None:
    """Ceph 16 says so of whole objects; it copies parts."""
    data = os.urandom(3000)
    fault = proxy.fail("Copy", refuse(501, "NotImplemented"), times=9)
    digest = client.push_blob_in_chunks("app", data, 1000)
    assert fault.times == 8
    assert client.get_blob("app", digest).expect(200).body == data
