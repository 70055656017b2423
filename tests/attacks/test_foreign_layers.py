"""Layers that are elsewhere: their URLs are kept for clients, and never fetched by the server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.support.images import (
    DOCKER_MANIFEST,
    OCI_MANIFEST,
    Image,
    descriptor,
    digest_of,
    json_bytes,
    make_artifact,
    tiny_image,
)

FOREIGN = {
    OCI_MANIFEST: "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    DOCKER_MANIFEST: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
}
ELSEWHERE = b"bytes that only the other server has"


class Listener:
    """A port that counts who connects to it."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._count, daemon=True)
        self._thread.start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    yield listening
    listening.close()


def with_foreign(listener: Listener, *, docker: bool, paths: tuple[str, ...] = ("layer",)) -> Image:
    """An image one of whose layers is at the listener."""
    image = tiny_image("with a foreign layer", docker=docker)
    urls = [f"http://127.0.0.1:{listener.port}/{path}" for path in paths]
    foreign = descriptor(ELSEWHERE, FOREIGN[image.media_type], urls=urls)
    document = {**image.document, "layers": [foreign, *image.document["layers"]]}
    return Image(json_bytes(document), image.media_type, image.blobs)


def push(oci: Checked, repository: str, image: Image) -> None:
    for blob in image.blobs:
        oci.push_blob(repository, blob)
    oci.put_manifest(repository, "v1", image.manifest, image.media_type).expect(201)


@pytest.mark.parametrize("docker", [False, True])
def test_kept_and_never_fetched(oci: Checked, ecr: Any, repository: str, listener: Listener, *, docker: bool) -> None:
    image = with_foreign(listener, docker=docker)
    digest = digest_of(ELSEWHERE)
    push(oci, repository, image)
    assert oci.get_manifest(repository, "v1").expect(200).body == image.manifest
    other = OCI_MANIFEST if docker else DOCKER_MANIFEST
    converted = oci.get_manifest(repository, "v1", other).expect(200).json()
    assert converted["layers"][0]["urls"] == image.document["layers"][0]["urls"]
    assert oci.get_blob(repository, digest).expect(404).codes == ["BLOB_UNKNOWN"]
    oci.head_blob(repository, digest).expect(404)
    (found,) = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]
    assert found["layerAvailability"] == "UNAVAILABLE"
    with pytest.raises(ClientError, match=r"LayersNotFoundException|LayerInaccessibleException"):
        ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)
    (shown,) = ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert shown["imageSizeInBytes"] == sum(len(blob) for blob in image.blobs)
    assert listener.connections == 0


def test_the_layer_may_be_here_all_the_same(oci: Checked, repository: str, listener: Listener) -> None:
    image = with_foreign(listener, docker=False)
    oci.push_blob(repository, ELSEWHERE)
    push(oci, repository, image)
    assert oci.get_blob(repository, digest_of(ELSEWHERE)).expect(200).body == ELSEWHERE
    assert listener.connections == 0


@pytest.mark.parametrize(
    "path",
    ["", "layer\r\nX-Injected: 1", "../../etc/passwd", "\u00fc", "?x=1#y", "x" * 5000],
    ids=lambda path: ascii(path)[:20],
)
def test_whatever_the_urls_say(oci: Checked, repository: str, listener: Listener, path: str) -> None:
    image = with_foreign(listener, docker=False, paths=(path, "file:///etc/passwd", "gopher://x"))
    push(oci, repository, image)
    answer = oci.get_manifest(repository, "v1").expect(200)
    assert answer.body == image.manifest
    assert "x-injected" not in answer.headers
    assert listener.connections == 0


def test_urls_of_an_ordinary_layer_replace_nothing(oci: Checked, repository: str, listener: Listener) -> None:
    """Only the media types for it may be elsewhere: any other layer has to be here, whatever its URLs."""
    image = tiny_image("ordinary with urls")
    url = f"http://127.0.0.1:{listener.port}/layer"
    layers = [{**image.document["layers"][0], "urls": [url]}]
    manifest = json_bytes({**image.document, "layers": layers})
    oci.push_blob(repository, image.blobs[0])
    answer = oci.put_manifest(repository, "v1", manifest, OCI_MANIFEST).expect(400)
    assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]
    without = json_bytes({**image.document, "layers": [descriptor(ELSEWHERE, FOREIGN[OCI_MANIFEST])]})
    oci.put_manifest(repository, "v1", without, OCI_MANIFEST).expect(400)
    assert listener.connections == 0


def test_urls_of_a_config_or_a_subject(oci: Checked, repository: str, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/x"
    image = make_artifact("application/vnd.example+json", b"{}")
    for blob in image.blobs:
        oci.push_blob(repository, blob)
    document = image.document
    document["config"]["urls"] = [url]
    document["subject"] = descriptor(b"absent", OCI_MANIFEST, urls=[url])
    oci.put_manifest(repository, "v1", json_bytes(document), OCI_MANIFEST).expect(201)
    oci.referrers(repository, digest_of(b"absent")).expect(200)
    assert listener.connections == 0
