"""Both doors lead to the same images: what comes in by one goes out by the other."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.support.images import (
    OCI_CONFIG,
    Image,
    digest_of,
    helm_chart,
    make_artifact,
    make_index,
    random_bytes,
    tiny_image,
)
from tests.support.oci import Oci
from tests.support.server import Server

IMAGES = {
    "image": tiny_image("both doors"),
    "docker image": tiny_image("both doors", docker=True),
    "chart": helm_chart(),
    "artifact": make_artifact("application/vnd.example+json", b"[1, 2, 3]"),
}


def put_layer(ecr: Any, repository: str, data: bytes) -> str:
    """Uploads a layer by ECR's own calls."""
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(data) - 1,
        layerPartBlob=data,
    )
    given = {"repositoryName": repository, "uploadId": upload, "layerDigests": [digest_of(data)]}
    return ecr.complete_layer_upload(**given)["layerDigest"]


def put_image(ecr: Any, repository: str, image: Image, tag: str) -> None:
    """Pushes an image by ECR's own calls."""
    for blob in dict.fromkeys(image.blobs):
        put_layer(ecr, repository, blob)
    ecr.put_image(repositoryName=repository, imageManifest=image.manifest.decode(), imageTag=tag)


@pytest.mark.parametrize("kind", IMAGES)
def test_what_docker_pushes_describe_images_shows(oci: Checked, ecr: Any, repository: str, kind: str) -> None:
    image, began = IMAGES[kind], time.time()
    oci.push_image(repository, image, "v1")
    (shown,) = ecr.describe_images(repositoryName=repository)["imageDetails"]
    document = image.document
    assert shown["imageDigest"] == image.digest
    assert shown["imageTags"] == ["v1"]
    assert shown["imageManifestMediaType"] == image.media_type
    assert shown["artifactMediaType"] == document.get("artifactType", document["config"]["mediaType"])
    assert shown["imageSizeInBytes"] == sum(len(blob) for blob in image.blobs)
    assert began - 1 <= shown["imagePushedAt"].timestamp() <= time.time() + 1
    assert "lastRecordedPullTime" not in shown
    listed = ecr.list_images(repositoryName=repository)["imageIds"]
    assert listed == [{"imageDigest": image.digest, "imageTag": "v1"}]
    (given,) = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}])["images"]
    assert given["imageManifest"].encode() == image.manifest


@pytest.mark.parametrize("kind", IMAGES)
def test_what_put_image_stores_docker_pulls(oci: Checked, ecr: Any, repository: str, kind: str) -> None:
    image = IMAGES[kind]
    put_image(ecr, repository, image, "v1")
    for reference in ("v1", image.digest):
        assert oci.pull_image(repository, reference) == image.contents()
    assert oci.tags(repository).json()["tags"] == ["v1"]
    shown = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
    assert shown["lastRecordedPullTime"] >= shown["imagePushedAt"]


def test_an_index_of_both(oci: Checked, ecr: Any, repository: str) -> None:
    index = make_index({"amd64": tiny_image("by docker"), "arm64": tiny_image("by api")})
    docker, api = index.children
    oci.push_image(repository, docker, "amd64")
    put_image(ecr, repository, api, "arm64")
    ecr.put_image(repositoryName=repository, imageManifest=index.manifest.decode(), imageTag="all")
    assert oci.pull_image(repository, "all") == index.contents()
    (shown,) = ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": "all"}])["imageDetails"]
    assert shown["imageSizeInBytes"] == max(sum(map(len, child.blobs)) for child in index.children)


def test_what_one_door_deletes_is_gone_from_both(oci: Checked, ecr: Any, repository: str) -> None:
    first, second = tiny_image("first to go"), tiny_image("second to go")
    oci.push_image(repository, first, "first")
    put_image(ecr, repository, second, "second")
    gone = ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "first"}])
    assert gone["imageIds"] == [{"imageDigest": first.digest, "imageTag": "first"}]
    oci.get_manifest(repository, "first").expect(404)
    oci.delete_manifest(repository, "second").expect(202)
    answer = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": second.digest}])
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]


def test_layers_are_the_same_at_both(oci: Checked, ecr: Any, server: Server, repository: str) -> None:
    image = make_artifact("application/vnd.example.layer", random_bytes(1_300_000, "layer"))
    oci.push_image(repository, image, "v1")
    layer, digest = image.layers[0], digest_of(image.layers[0])
    (found,) = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])["layers"]
    assert (found["layerAvailability"], found["layerSize"]) == ("AVAILABLE", len(layer))
    with pytest.raises(ClientError, match="LayerAlreadyExistsException"):
        put_layer(ecr, repository, layer)
    url = ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)["downloadUrl"]
    path = urlsplit(url).path
    assert Oci(server.url).request("GET", path).expect(200).body == layer
    part = Oci(server.url).request("GET", path, headers={"Range": "bytes=7-1048580"}).expect(206)
    assert part.body == layer[7:1048581]


def test_an_upload_can_change_doors(oci: Checked, ecr: Any, repository: str) -> None:
    data = random_bytes(5 * 1024 * 1024 + 300, "both doors")
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    location = f"/v2/{repository}/blobs/uploads/{upload}"
    half = 5 * 1024 * 1024
    oci.upload_chunk(location, 0, data[:half]).expect(202)
    ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=half,
        partLastByte=len(data) - 1,
        layerPartBlob=data[half:],
    )
    assert oci.request("GET", location).expect(204).headers["range"] == f"0-{len(data) - 1}"
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest_of(data)])
    assert oci.get_blob(repository, digest_of(data)).expect(200).body == data


def test_a_repository_deleted_by_api_is_gone_from_docker(oci: Checked, ecr: Any, repository: str) -> None:
    oci.push_image(repository, tiny_image("goes with its repository"), "v1")
    upload = oci.begin_upload(repository)
    with pytest.raises(ClientError, match="RepositoryNotEmptyException"):
        ecr.delete_repository(repositoryName=repository)
    ecr.delete_repository(repositoryName=repository, force=True)
    for answer in (oci.get_manifest(repository, "v1"), oci.tags(repository), oci.request("GET", upload)):
        assert answer.expect(404).codes == ["NAME_UNKNOWN"]
    ecr.create_repository(repositoryName=repository)
    assert oci.tags(repository).json()["tags"] == []
    assert oci.request("GET", upload).expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    assert OCI_CONFIG not in str(ecr.describe_images(repositoryName=repository)["imageDetails"])
