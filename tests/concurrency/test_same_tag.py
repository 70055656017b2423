"""Sixteen clients that push different manifests, or the same one, under the same new tag."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.concurrency.crowd import at_once, statuses
from tests.support.images import Image, gzip_layer, make_image, tiny_image
from tests.support.oci import Answer, Oci
from tests.support.server import Server

CLIENTS = 16
ROUNDS = 4


def variants(seed: int) -> list[Image]:
    """Images that differ in their manifest only."""
    layer = gzip_layer({"same.txt": f"{seed}".encode()})
    return [make_image([layer], annotations={"variant": f"{seed} {number}"}) for number in range(CLIENTS)]


def push_all(oci: Oci, repository: str, images: list[Image], tag: str) -> list[Answer]:
    """Pushes the blobs, then every manifest at the same moment."""
    for blob in images[0].blobs:
        oci.push_blob(repository, blob)
    return at_once([partial(oci.put_manifest, repository, tag, each.manifest, each.media_type) for each in images])


def tagged(ecr: Any, repository: str, tag: str) -> list[str]:
    """Digests of the images that DescribeImages shows with a tag."""
    details = ecr.describe_images(repositoryName=repository)["imageDetails"]
    return [detail["imageDigest"] for detail in details if tag in detail.get("imageTags", [])]


def test_a_mutable_tag_ends_at_one_of_them(oci: Oci, ecr: Any, repository: str) -> None:
    for number in range(ROUNDS):
        images, tag = variants(number), f"mutable-{number}"
        answers = push_all(oci, repository, images, tag)
        assert statuses(answers) == {201: CLIENTS}
        seen = {oci.get_manifest(repository, tag).expect(200).headers["docker-content-digest"] for _ in range(12)}
        assert len(seen) == 1
        assert list(seen) == tagged(ecr, repository, tag)
        assert seen <= {image.digest for image in images}
        for image in images:
            assert oci.get_manifest(repository, image.digest).expect(200).body == image.manifest


def test_an_immutable_tag_goes_to_exactly_one(server: Server, oci: Oci, ecr: Any, new_name: Callable[[], str]) -> None:
    repository = new_name()
    server.create_repository(repository, imageTagMutability="IMMUTABLE")
    for number in range(ROUNDS):
        images, tag = variants(number), f"immutable-{number}"
        answers = push_all(oci, repository, images, tag)
        assert statuses(answers) == {201: 1, 400: CLIENTS - 1}
        assert all(answer.codes == ["TAG_INVALID"] for answer in answers if answer.status == 400)
        winner = images[[answer.status for answer in answers].index(201)]
        assert tagged(ecr, repository, tag) == [winner.digest]
        assert oci.get_manifest(repository, tag).expect(200).body == winner.manifest
        # What was refused left no image behind.
        assert statuses(oci.head_manifest(repository, image.digest) for image in images) == {200: 1, 404: CLIENTS - 1}


def test_the_same_image_goes_under_an_immutable_tag_once(server: Server, oci: Oci, new_name: Callable[[], str]) -> None:
    repository = new_name()
    server.create_repository(repository, imageTagMutability="IMMUTABLE")
    image = tiny_image("the same")
    answers = push_all(oci, repository, [image] * CLIENTS, "once")
    assert statuses(answers) == {201: 1, 400: CLIENTS - 1}
    assert oci.pull_image(repository, "once") == image.contents()


@pytest.mark.parametrize("mutability", ["IMMUTABLE", "MUTABLE"])
def test_both_doors_race_for_a_tag(
    server: Server, oci: Oci, ecr: Any, new_name: Callable[[], str], mutability: str
) -> None:
    repository = new_name()
    server.create_repository(repository, imageTagMutability=mutability)
    images = variants(99)
    for blob in images[0].blobs:
        oci.push_blob(repository, blob)

    def put(number: int, image: Image) -> str:
        if number % 2:
            return put_image(ecr, repository, image, "both")
        answer = oci.put_manifest(repository, "both", image.manifest, image.media_type).expect(201, 400)
        return "pushed" if answer.status == 201 else answer.codes[0]

    outcomes = at_once([partial(put, number, image) for number, image in enumerate(images)])
    refusals = {"TAG_INVALID", "ImageTagAlreadyExistsException"}
    assert outcomes.count("pushed") == (1 if mutability == "IMMUTABLE" else CLIENTS)
    assert set(outcomes) - {"pushed"} == (refusals if mutability == "IMMUTABLE" else set()), outcomes
    assert len(tagged(ecr, repository, "both")) == 1


def put_image(ecr: Any, repository: str, image: Image, tag: str) -> str:
    """PutImage: 'pushed', or the error's code."""
    try:
        ecr.put_image(
            repositoryName=repository,
            imageManifest=image.manifest.decode(),
            imageManifestMediaType=image.media_type,
            imageTag=tag,
        )
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "pushed"
