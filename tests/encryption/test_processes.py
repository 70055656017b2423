"""Two processes on the same data: a key that is taken away at one is refused by the other within a second."""

from __future__ import annotations

import os
import time

import pytest

from tests.access.eventually import PROMISED, settled
from tests.conftest import StartServer
from tests.encryption.keys import Kms, create
from tests.support.images import digest_of
from tests.support.oci import Oci
from tests.support.server import Server

MIB = 1 << 20
SIZE = 48 * MIB


def test_a_key_disabled_in_the_middle_of_a_pull(start: StartServer, kind: str) -> None:
    one = start(workers=2)
    other = start(one.data, args=["--work", "false"])
    kms, ecr = Kms(one), one.boto3("ecr")
    key = kms.create()
    name = create(ecr, kind, key)
    data = os.urandom(SIZE)
    clients = [Oci(each.url, one.password()) for each in (one, other)]
    digest = clients[0].push_blob(name, data)
    for client in clients:
        with client.stream("GET", f"/v2/{name}/blobs/{digest}") as running:
            assert running.status == 200
            begun = running.read(MIB)
            kms.disable(key)
            took = settled(lambda client=client: client.get_blob(name, digest).status == 403)
            assert took < PROMISED
            # What runs may end: it holds the key of its own object, and nothing else.
            assert digest_of(begun + running.read()) == digest
        kms.enable(key)
        assert settled(lambda client=client: client.get_blob(name, digest).status == 200) < PROMISED


def test_an_upload_is_continued_by_another_process(start: StartServer, kind: str) -> None:
    one = start()
    other = start(one.data, args=["--work", "false"])
    name = create(one.boto3("ecr"), kind, Kms(one).create())
    first, second = (Oci(each.url, one.password()) for each in (one, other))
    data = os.urandom(3 * MIB + 99)
    location = first.begin_upload(name)
    half = MIB + 7
    location = first.location(first.upload_chunk(location, 0, data[:half]).expect(202))
    location = second.location(second.upload_chunk(location, half, data[half:]).expect(202))
    first.finish_upload(location, digest_of(data)).expect(201)
    for client in (first, second):
        assert client.get_blob(name, digest_of(data)).expect(200).body == data


@pytest.mark.parametrize("reader", ["first", "second"])
def test_a_process_that_never_saw_the_key_opens(start: StartServer, kind: str, reader: str) -> None:
    """Keys come out of the database: nothing rests on the memory of whoever made them."""
    one: Server = start()
    name = create(one.boto3("ecr"), kind)
    digest = Oci(one.url, one.password()).push_blob(name, b"found again")
    if reader == "second":
        data = one.data
        one.stop()
        one = start(data)
    began = time.monotonic()
    assert Oci(one.url, one.password()).get_blob(name, digest).expect(200).body == b"found again"
    assert time.monotonic() - began < 10
