"""Several nodes on one bucket: an upload begins on one, goes on with another and ends on a third."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, pairwise
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.s3.conftest import new_place
from tests.support.images import digest_of, tiny_image
from tests.support.oci import Oci

MIB = 1 << 20


@pytest.fixture
def nodes(start_on_s3: StartServer, tmp_path: Path) -> list[Oci]:
    """Clients of two servers that share the metadata and the bucket."""
    place = new_place()
    servers = [start_on_s3(tmp_path / "data", place=place, args=["--work", "false"]) for _ in range(2)]
    servers[0].create_repository("app")
    password = servers[0].password()
    return [Oci(server.url, password) for server in servers]


def test_an_upload_wanders(nodes: list[Oci]) -> None:
    data, turns = os.urandom(40 * MIB + 77), cycle(nodes)
    edges = [0, 3 * MIB, 3 * MIB + 1, 20 * MIB, 27 * MIB + 5, len(data)]
    location = nodes[0].begin_upload("app")
    for start, stop in pairwise(edges):
        node = next(turns)
        location = node.location(node.upload_chunk(location, start, data[start:stop]).expect(202))
    wrong = nodes[1].finish_upload(location, digest_of(b"something else"))
    assert wrong.expect(400).codes == ["DIGEST_INVALID"]
    nodes[0].finish_upload(location, digest_of(data)).expect(201)
    for node in nodes:
        assert node.get_blob("app", digest_of(data)).expect(200).body == data
        span = {"Range": f"bytes={12 * MIB - 1}-{12 * MIB}"}
        assert node.get_blob("app", digest_of(data), span).expect(206).body == data[12 * MIB - 1 : 12 * MIB + 1]


def test_images_pushed_to_all_nodes_at_once(nodes: list[Oci]) -> None:
    images = [tiny_image(str(number)) for number in range(12)]

    def push(number: int) -> str:
        return nodes[number % 2].push_image("app", images[number], f"v{number}")

    with ThreadPoolExecutor(6) as crowd:
        digests = list(crowd.map(push, range(len(images))))
    for number, digest in enumerate(digests):
        found = nodes[(number + 1) % 2].pull_image("app", f"v{number}")
        assert digest in found
