"""BatchGetImage: manifests by tag and digest, in the formats that the caller accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Repo, invalid, refused
from tests.support.images import (
    DOCKER_CONFIG,
    DOCKER_LAYER_GZIP,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER_GZIP,
    OCI_MANIFEST,
    digest_of,
    helm_chart,
    make_index,
    tiny_image,
)

IMAGE = tiny_image("get")
DOCKER = tiny_image("get docker", docker=True)
INDEX = make_index({"amd64": IMAGE})
HELM = helm_chart("got")
BAD_DIGEST = "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
BAD_TAG = "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'"
MISMATCH = "Invalid request parameters: given tag does not map to the given digest"
NEITHER = "Invalid request parameters: both tag and digest cannot be null"
NOT_FOUND = "Requested image not found"


@pytest.fixture(scope="module")
def stocked(new_repo: Any) -> Repo:
    """A repository with one image of each kind; IMAGE has two tags, the others one each."""
    repo = new_repo()
    repo.push(IMAGE, "oci", "also-oci")
    repo.push(DOCKER, "docker")
    repo.put(INDEX, "index")
    repo.push(HELM, "helm")
    return repo


def get(repo: Repo, *accepted: str, **image_id: str) -> dict[str, Any]:
    given = {"acceptedMediaTypes": list(accepted)} if accepted else {}
    answer = repo.batch_get_image(imageIds=[image_id], **given)
    assert answer["failures"] == []
    (image,) = answer["images"]
    return image


def test_an_image_by_tag_by_digest_and_by_both(stocked: Repo) -> None:
    expected = {
        "registryId": stocked.account,
        "repositoryName": stocked.name,
        "imageId": {"imageDigest": IMAGE.digest, "imageTag": "oci"},
        "imageManifest": IMAGE.manifest.decode(),
        "imageManifestMediaType": OCI_MANIFEST,
    }
    assert get(stocked, imageTag="oci") == expected
    assert get(stocked, imageTag="oci", imageDigest=IMAGE.digest) == expected
    also = {"imageDigest": IMAGE.digest, "imageTag": "also-oci"}
    assert get(stocked, imageDigest=IMAGE.digest) == {**expected, "imageId": also}


def test_an_image_without_tags_is_known_by_its_digest(repo: Repo) -> None:
    repo.push(IMAGE)
    assert get(repo, imageDigest=IMAGE.digest)["imageId"] == {"imageDigest": IMAGE.digest}


def test_several_images_come_in_the_order_asked_for_each_once(stocked: Repo) -> None:
    ids = [{"imageTag": "index"}, {"imageDigest": DOCKER.digest}, {"imageTag": "oci"}, {"imageTag": "index"}]
    images = stocked.batch_get_image(registryId=stocked.account, imageIds=ids)["images"]
    assert [image["imageId"]["imageTag"] for image in images] == ["index", "docker", "oci"]


@pytest.mark.parametrize(
    ("image_id", "code", "reason"),
    [
        ({"imageTag": "absent"}, "ImageNotFound", NOT_FOUND),
        ({"imageDigest": ABSENT}, "ImageNotFound", NOT_FOUND),
        ({"imageDigest": "sha256:abc"}, "ImageNotFound", NOT_FOUND),
        ({"imageTag": "absent", "imageDigest": IMAGE.digest}, "ImageNotFound", NOT_FOUND),
        ({"imageTag": "docker", "imageDigest": IMAGE.digest}, "ImageTagDoesNotMatchDigest", MISMATCH),
        ({"imageTag": "oci", "imageDigest": ABSENT}, "ImageTagDoesNotMatchDigest", MISMATCH),
        ({"imageDigest": "latest"}, "InvalidImageDigest", BAD_DIGEST),
        ({"imageDigest": ""}, "InvalidImageDigest", BAD_DIGEST),
        ({"imageTag": "oci", "imageDigest": "latest"}, "InvalidImageDigest", BAD_DIGEST),
        ({"imageTag": "-oci"}, "InvalidImageTag", BAD_TAG),
        ({}, "MissingDigestAndTag", NEITHER),
    ],
    ids=str,
)
def test_failures_say_why_and_leave_the_others(stocked: Repo, image_id: dict[str, str], code: str, reason: str) -> None:
    answer = stocked.batch_get_image(imageIds=[image_id, {"imageTag": "oci"}])
    assert answer["failures"] == [{"imageId": image_id, "failureCode": code, "failureReason": reason}]
    assert [image["imageId"]["imageTag"] for image in answer["images"]] == ["oci"]


def test_by_tag_an_oci_image_is_handed_out_to_docker(stocked: Repo) -> None:
    image = get(stocked, DOCKER_MANIFEST, imageTag="oci")
    assert image["imageManifestMediaType"] == DOCKER_MANIFEST
    assert image["imageId"] == {"imageDigest": digest_of(image["imageManifest"].encode()), "imageTag": "oci"}
    document, stored = json.loads(image["imageManifest"]), IMAGE.document
    assert document["mediaType"] == DOCKER_MANIFEST
    assert document["config"] == {**stored["config"], "mediaType": DOCKER_CONFIG}
    assert document["layers"] == [{**layer, "mediaType": DOCKER_LAYER_GZIP} for layer in stored["layers"]]


def test_by_tag_a_docker_image_is_handed_out_as_oci(stocked: Repo) -> None:
    image = get(stocked, OCI_MANIFEST, OCI_INDEX, imageTag="docker")
    document = json.loads(image["imageManifest"])
    assert image["imageManifestMediaType"] == document["mediaType"] == OCI_MANIFEST
    types = [document["config"]["mediaType"], *(layer["mediaType"] for layer in document["layers"])]
    assert types == [OCI_CONFIG, OCI_LAYER_GZIP]


@pytest.mark.parametrize(
    ("accepted", "image_id", "stored"),
    [
        ((DOCKER_MANIFEST,), {"imageDigest": IMAGE.digest}, IMAGE),
        ((DOCKER_MANIFEST,), {"imageDigest": IMAGE.digest, "imageTag": "oci"}, IMAGE),
        ((DOCKER_MANIFEST, OCI_MANIFEST), {"imageTag": "oci"}, IMAGE),
        ((f"{OCI_MANIFEST}; charset=utf-8", DOCKER_MANIFEST), {"imageTag": "oci"}, IMAGE),
        (("application/json",), {"imageTag": "oci"}, IMAGE),
        ((), {"imageTag": "docker"}, DOCKER),
        ((OCI_MANIFEST,), {"imageDigest": DOCKER.digest}, DOCKER),
        ((DOCKER_MANIFEST, DOCKER_LIST), {"imageTag": "index"}, INDEX),
        ((DOCKER_MANIFEST,), {"imageTag": "helm"}, HELM),
    ],
    ids=str,
)
def test_everything_else_is_handed_out_as_it_was_pushed(
    stocked: Repo, accepted: tuple[str, ...], image_id: dict[str, str], stored: Any
) -> None:
    image = get(stocked, *accepted, **image_id)
    assert image["imageManifest"] == stored.manifest.decode()
    assert image["imageManifestMediaType"] == stored.media_type
    assert image["imageId"]["imageDigest"] == stored.digest


def test_lists_have_one_to_a_hundred_entries(stocked: Repo) -> None:
    ids = [{"imageTag": f"absent-{number}"} for number in range(101)]
    assert len(stocked.batch_get_image(imageIds=ids[:100])["failures"]) == 100
    most = "Member must have length less than or equal to 100"
    assert refused(stocked.batch_get_image, imageIds=ids) == invalid("imageIds", most)
    least = "Member must have length greater than or equal to 1"
    assert refused(stocked.batch_get_image, imageIds=[]) == invalid("imageIds", least)
    one = [{"imageTag": "oci"}]
    assert refused(stocked.batch_get_image, imageIds=one, acceptedMediaTypes=[]) == invalid("acceptedMediaTypes", least)
    types = [f"application/{number}" for number in range(101)]
    assert refused(stocked.batch_get_image, imageIds=one, acceptedMediaTypes=types) == invalid(
        "acceptedMediaTypes", most
    )
    long = invalid("imageIds.1.member.imageTag", "Member must have length less than or equal to 300")
    assert refused(stocked.batch_get_image, imageIds=[{"imageTag": "a" * 301}]) == long


def test_no_repository_no_images(stocked: Repo) -> None:
    absent = Repo(stocked.ecr, f"{stocked.name}-absent", stocked.account)
    assert refused(absent.batch_get_image, imageIds=[{}]).code == "RepositoryNotFoundException"
