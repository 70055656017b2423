"""An upload that begins on one node, goes on with a second and ends on a third."""

from __future__ import annotations

import os
from itertools import pairwise

from tests.support.images import digest_of
from tests.support.oci import Oci
from tests.support.server import Server

MIB = 1 << 20
DATA = os.urandom(21 * MIB + 77)
EDGES = (0, 3 * MIB, 3 * MIB + 1, 19 * MIB, len(DATA))


def test_chunks_go_to_one_node_after_the_other(clients: list[Oci], repository: str) -> None:
    first, second, third = clients
    location = first.begin_upload(repository)
    for turn, (start, stop) in enumerate(pairwise(EDGES)):
        node = (second, third, first, second)[turn]
        location = node.location(node.upload_chunk(location, start, DATA[start:stop]).expect(202))
        held = clients[turn % 3].request("GET", location).expect(204).headers["range"]
        assert held == f"0-{stop - 1}"
    wrong = third.finish_upload(location, digest_of(b"something else"))
    assert wrong.expect(400).codes == ["DIGEST_INVALID"]
    third.finish_upload(location, digest_of(DATA)).expect(201)
    for node in clients:
        assert node.get_blob(repository, digest_of(DATA)).expect(200).body == DATA
        assert node.request("GET", location).status == 404


def test_layer_parts_go_to_one_node_after_the_other(nodes: list[Server], clients: list[Oci], repository: str) -> None:
    data = DATA[1:]
    first, second, third = (node.boto3() for node in nodes)
    begun = first.initiate_layer_upload(repositoryName=repository)
    size, upload = begun["partSize"], begun["uploadId"]
    edges = [*range(0, len(data), size), len(data)]
    assert len(edges) > 2
    for turn, (start, stop) in enumerate(pairwise(edges)):
        told = (second, third, first)[turn % 3].upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=start,
            partLastByte=stop - 1,
            layerPartBlob=data[start:stop],
        )
        assert told["lastByteReceived"] == stop - 1
    done = third.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest_of(data)])
    assert done["layerDigest"] == digest_of(data)
    for node in clients:
        assert node.get_blob(repository, digest_of(data)).expect(200).body == data


def test_only_one_node_ends_an_upload(clients: list[Oci], repository: str) -> None:
    """Whoever comes second is told that there is no such upload any more, or that it is busy: never 201 twice."""
    data = DATA[:MIB]
    location = clients[0].begin_upload(repository)
    clients[1].upload_chunk(location, 0, data).expect(202)
    assert clients[2].finish_upload(location, digest_of(data)).status == 201
    assert clients[0].finish_upload(location, digest_of(data)).expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
