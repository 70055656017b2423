"""Each kind of manifest that is stored, pushed and pulled with all that it needs."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.oci.test_manifests import push_content
from tests.support.images import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Image,
    descriptor,
    digest_of,
    gzip_layer,
    helm_chart,
    image_config,
    json_bytes,
    layered_image,
    make_artifact,
    make_image,
    make_index,
    tiny_image,
)

PLATFORMS = {"amd64": tiny_image("amd64"), "arm64": tiny_image("arm64")}
DOCKER_PLATFORMS = {name: tiny_image(name, docker=True) for name in PLATFORMS}

KINDS = {
    "docker schema 2": tiny_image("docker", docker=True),
    "docker list": make_index(DOCKER_PLATFORMS, docker=True),
    "oci image": tiny_image("oci"),
    "oci image of many layers": layered_image(12),
    "oci image without layers": make_image([]),
    "oci image with the same layer twice": make_image([gzip_layer({"a": b"a"})] * 2),
    "oci image with annotations": tiny_image(
        "annotated", annotations={"org.example.key": "\u00fc\u4e16\U0001f6a2", "": ""}
    ),
    "oci index": make_index(PLATFORMS),
    "oci index of docker images": make_index(DOCKER_PLATFORMS),
    "empty index": make_index({}),
    "nested index": make_index({"amd64": make_index({"amd64": make_index(PLATFORMS)}), "arm64": tiny_image("leaf")}),
    "index with artifactType": make_index(PLATFORMS, artifactType="application/vnd.example.index"),
    "artifact": make_artifact("application/vnd.example.thing+json", b'{"a":1}'),
    "helm chart": helm_chart(),
    "oci image with members of its own": tiny_image("members", mine={"deep": [1, 2.5, None, True, "x"]}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_pushed_and_pulled(oci: Checked, repository: str, kind: str) -> None:
    image = KINDS[kind]
    assert oci.push_image(repository, image, "v1") == image.digest
    for reference in ("v1", image.digest):
        answer = oci.get_manifest(repository, reference).expect(200)
        assert answer.headers["content-type"] == image.media_type
        assert oci.pull_image(repository, reference) == image.contents()


def test_a_cache_of_buildkit(oci: Checked, repository: str) -> None:
    """Such an index lists blobs, not manifests."""
    layer, config = gzip_layer({"cache": b"1"}), b'{"layers":[]}'
    entries = [
        descriptor(layer, "application/vnd.oci.image.layer.v1.tar+gzip"),
        descriptor(config, "application/vnd.buildkit.cacheconfig.v0"),
    ]
    index = json_bytes({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
    refused = oci.put_manifest(repository, "cache", index, OCI_INDEX).expect(400)
    assert refused.codes == ["MANIFEST_BLOB_UNKNOWN"]
    for data in (layer, config):
        oci.push_blob(repository, data)
    oci.put_manifest(repository, "cache", index, OCI_INDEX).expect(201)
    oci.request("DELETE", f"/v2/{repository}/blobs/{digest_of(layer)}").expect(405)


def test_blobs_and_children_by_sha512(oci: Checked, repository: str) -> None:
    layer = gzip_layer({"long": b"digest"})
    config = image_config([digest_of(layer)], "amd64")
    parts = [
        {**descriptor(data, kind), "digest": digest_of(data, "sha512")}
        for data, kind in ((config, OCI_CONFIG), (layer, "application/vnd.oci.image.layer.v1.tar+gzip"))
    ]
    manifest = json_bytes({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": parts[0], "layers": parts[1:]})
    for data in (config, layer):
        oci.push_sha512(repository, data)
    child = digest_of(manifest, "sha512")
    oci.put_manifest(repository, child, manifest, OCI_MANIFEST).expect(201)
    entry = {"mediaType": OCI_MANIFEST, "digest": child, "size": len(manifest)}
    index = json_bytes({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]})
    oci.put_manifest(repository, "long", index, OCI_INDEX).expect(201)
    assert oci.get_manifest(repository, "long").body == index
    assert oci.get_manifest(repository, child).body == manifest


def test_the_media_type_may_come_with_the_request_only(oci: Checked, repository: str) -> None:
    document = tiny_image("untyped").document
    del document["mediaType"]
    untyped = Image(json_bytes(document), OCI_MANIFEST, tiny_image("untyped").blobs)
    push_content(oci, repository, untyped)
    oci.put_manifest(repository, "v1", untyped.manifest, OCI_MANIFEST).expect(201)
    assert oci.get_manifest(repository, "v1").expect(200).headers["content-type"] == OCI_MANIFEST


def test_the_media_type_may_come_with_the_manifest_only(oci: Checked, repository: str) -> None:
    image = tiny_image("typed")
    push_content(oci, repository, image)
    oci.request("PUT", f"/v2/{repository}/manifests/v1", body=image.manifest).expect(201)
    oci.put_manifest(repository, "v2", image.manifest, f"{image.media_type}; charset=utf-8").expect(201)
    assert oci.get_manifest(repository, "v1").expect(200).headers["content-type"] == image.media_type
