"""Formats by Accept: a pull by tag may convert, a pull by digest never does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import (
    DOCKER_CONFIG,
    DOCKER_LAYER_GZIP,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER_GZIP,
    OCI_MANIFEST,
    Image,
    digest_of,
    helm_chart,
    make_artifact,
    make_index,
    tiny_image,
)
from tests.support.oci import Answer

OCI = tiny_image("stored as oci", annotations={"left": "out"})
DOCKER = tiny_image("stored as docker", docker=True)
OTHER = {OCI_MANIFEST: DOCKER_MANIFEST, DOCKER_MANIFEST: OCI_MANIFEST}
PARTS = {OCI_MANIFEST: (OCI_CONFIG, OCI_LAYER_GZIP), DOCKER_MANIFEST: (DOCKER_CONFIG, DOCKER_LAYER_GZIP)}


def accept(oci: Checked, repository: str, reference: str, *types: str, method: str = "GET") -> Answer:
    path = f"/v2/{repository}/manifests/{reference}"
    return oci.request(method, path, headers={"Accept": ", ".join(types)} if types else None).expect(200)


@pytest.mark.parametrize("image", [OCI, DOCKER], ids=["oci", "docker"])
def test_a_tag_in_the_other_format(oci: Checked, repository: str, image: Image) -> None:
    oci.push_image(repository, image, "v1")
    wanted = OTHER[image.media_type]
    answer = accept(oci, repository, "v1", wanted)
    assert answer.headers["content-type"] == wanted
    assert answer.headers["docker-content-digest"] == digest_of(answer.body) != image.digest
    document = answer.json()
    assert document["mediaType"] == wanted
    config, layer = PARTS[wanted]
    assert [document["config"]["mediaType"]] + [each["mediaType"] for each in document["layers"]] == [config, layer]
    for old, new in zip(
        [image.document["config"], *image.document["layers"]], [document["config"], *document["layers"]], strict=True
    ):
        assert (new["digest"], new["size"]) == (old["digest"], old["size"])
    head = accept(oci, repository, "v1", wanted, method="HEAD")
    for name in ("content-type", "content-length", "docker-content-digest", "etag"):
        assert head.headers[name] == answer.headers[name]
    assert accept(oci, repository, "v1", wanted).body == answer.body


@pytest.mark.parametrize("image", [OCI, DOCKER], ids=["oci", "docker"])
@pytest.mark.parametrize(
    "types",
    [
        (),
        ("*/*",),
        ("application/*",),
        ("text/html", "*/*;q=0.1"),
        ("application/json",),
        (OCI_MANIFEST, DOCKER_MANIFEST),
        (OCI_INDEX, DOCKER_LIST),
        ("nonsense",),
        (f"{DOCKER_MANIFEST};q=0", f"{OCI_MANIFEST};q=0"),
    ],
    ids=str,
)
def test_a_tag_as_it_is_stored(oci: Checked, repository: str, image: Image, types: tuple[str, ...]) -> None:
    oci.push_image(repository, image, "v1")
    answer = accept(oci, repository, "v1", *types)
    assert (answer.body, answer.headers["content-type"]) == (image.manifest, image.media_type)


@pytest.mark.parametrize("image", [OCI, DOCKER], ids=["oci", "docker"])
def test_a_digest_is_never_converted(oci: Checked, repository: str, image: Image) -> None:
    oci.push_image(repository, image, "v1")
    answer = accept(oci, repository, image.digest, OTHER[image.media_type])
    assert (answer.body, answer.headers["content-type"]) == (image.manifest, image.media_type)


@pytest.mark.parametrize(
    "image",
    [
        helm_chart(),
        make_artifact("application/vnd.example+json", b"{}"),
        make_index({"amd64": OCI}),
        make_index({"amd64": DOCKER}, docker=True),
    ],
    ids=["helm", "artifact", "index", "list"],
)
def test_what_has_no_other_format(oci: Checked, repository: str, image: Image) -> None:
    oci.push_image(repository, image, "v1")
    for wanted in (DOCKER_MANIFEST, OCI_MANIFEST, DOCKER_LIST, OCI_INDEX):
        assert accept(oci, repository, "v1", wanted).body == image.manifest


def test_both_doors_convert_alike(oci: Checked, ecr: Any, repository: str) -> None:
    oci.push_image(repository, OCI, "v1")
    mine = accept(oci, repository, "v1", DOCKER_MANIFEST)
    found = ecr.batch_get_image(
        repositoryName=repository, imageIds=[{"imageTag": "v1"}], acceptedMediaTypes=[DOCKER_MANIFEST]
    )["images"][0]
    assert found["imageManifest"].encode() == mine.body
    assert found["imageManifestMediaType"] == DOCKER_MANIFEST
    by_digest = ecr.batch_get_image(
        repositoryName=repository, imageIds=[{"imageDigest": OCI.digest}], acceptedMediaTypes=[DOCKER_MANIFEST]
    )["images"][0]
    assert by_digest["imageManifest"].encode() == OCI.manifest
