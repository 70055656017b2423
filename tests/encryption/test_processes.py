"""Several processes on the same data: a key that is taken away at one is refused by all within a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.eventually import PROMISED, settled
from tests.conftest import StartServer
from tests.encryption.keys import KINDS, Kms, create
from tests.support.images import digest_of
from tests.support.oci import Oci
from tests.support.server import Server, start_server

pytestmark = pytest.mark.alone  # within a second

MIB = 1 << 20
SIZE = 48 * MIB
NO_WORK = ["--work", "false"]


@pytest.fixture(scope="module")
def other(house: Server) -> Iterator[Oci]:
    """A raw client of another server on the same data, which has two workers itself."""
    running = start_server(house.data, args=NO_WORK)
    yield Oci(running.url, running.password())
    running.stop()


def test_a_key_disabled_in_the_middle_of_a_pull(oci: Oci, other: Oci, kms: Kms, key: str, repository: str) -> None:
    data = os.urandom(SIZE)
    digest, first_byte = oci.push_blob(repository, data), {"Range": "bytes=0-0"}
    for client in (oci, other):
        with client.stream("GET", f"/v2/{repository}/blobs/{digest}") as running:
            assert running.status == 200
            begun = running.read(MIB)
            kms.disable(key)
            took = settled(lambda client=client: client.get_blob(repository, digest).status == 403)
            assert took < PROMISED
            # What runs may end: it holds the key of its own object, and nothing else.
            assert digest_of(begun + running.read()) == digest
        kms.enable(key)
        settled(lambda client=client: client.get_blob(repository, digest, first_byte).status == 206)


def test_an_upload_is_continued_by_another_process(oci: Oci, other: Oci, repository: str) -> None:
    data = os.urandom(3 * MIB + 99)
    location = oci.begin_upload(repository)
    half = MIB + 7
    location = oci.location(oci.upload_chunk(location, 0, data[:half]).expect(202))
    location = other.location(other.upload_chunk(location, half, data[half:]).expect(202))
    oci.finish_upload(location, digest_of(data)).expect(201)
    for client in (oci, other):
        assert client.get_blob(repository, digest_of(data)).expect(200).body == data


def test_a_process_that_never_saw_the_key_opens(
    start: StartServer, house: Server, ecr: Any, oci: Oci, key: str
) -> None:
    """Keys come out of the database: nothing rests on the memory of whoever made them."""
    names = [create(ecr, kind, given) for kind in KINDS for given in (key, None)]
    digests = [oci.push_blob(name, name.encode()) for name in names]
    fresh = start(house.data, args=NO_WORK)
    client = Oci(fresh.url, fresh.password())
    for name, digest in zip(names, digests, strict=True):
        assert client.get_blob(name, digest).expect(200).body == name.encode()
