"""One new immutable tag, pushed by many at both doors of all workers at the same moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.support.images import Image, json_bytes, tiny_image

PUSHERS = 16
BASE = tiny_image("raced")
CODE = {"TAG_INVALID", "ImageTagAlreadyExistsException"}


def variant(number: int) -> Image:
    """An image of its own for each pusher, of the same blobs."""
    document = {**BASE.document, "annotations": {"pusher": str(number)}}
    return Image(json_bytes(document), BASE.media_type, BASE.blobs)


def by_docker(oci: Checked, repository: str, tag: str, image: Image) -> str:
    answer = oci.put_manifest(repository, tag, image.manifest, image.media_type).expect(201, 400)
    return "won" if answer.status == 201 else answer.codes[0]


def by_digest(oci: Checked, repository: str, tag: str, image: Image) -> str:
    return by_docker(oci, repository, f"{image.digest}?tag={tag}", image)


def by_api(ecr: Any, repository: str, tag: str, image: Image) -> str:
    try:
        ecr.put_image(repositoryName=repository, imageManifest=image.manifest.decode(), imageTag=tag)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "won"


def race(pushes: list[Callable[[], str]]) -> list[str]:
    """Runs all pushes at once; their outcomes in order."""
    start = Barrier(len(pushes))

    def push(one: Callable[[], str]) -> str:
        start.wait(30)
        return one()

    with ThreadPoolExecutor(len(pushes)) as pool:
        return list(pool.map(push, pushes))


@pytest.mark.parametrize("tag", ["first", "second", "third"])
def test_exactly_one_wins(oci: Checked, ecr: Any, immutable: str, tag: str) -> None:
    for blob in BASE.blobs:
        oci.push_blob(immutable, blob)
    images = [variant(number) for number in range(PUSHERS)]
    doors = [
        lambda image: by_docker(oci, immutable, tag, image),
        lambda image: by_api(ecr, immutable, tag, image),
        lambda image: by_digest(oci, immutable, tag, image),
        lambda image: by_api(ecr, immutable, tag, image),
    ]
    pushes = [lambda n=n: doors[n % len(doors)](images[n]) for n in range(PUSHERS)]
    outcomes = race(pushes)
    assert outcomes.count("won") == 1, outcomes
    assert set(outcomes) <= {"won", *CODE}
    winner = images[outcomes.index("won")]
    for _ in range(4):
        assert oci.get_manifest(immutable, tag).expect(200).body == winner.manifest
    (shown,) = ecr.describe_images(repositoryName=immutable)["imageDetails"]
    assert (shown["imageDigest"], shown["imageTags"]) == (winner.digest, [tag])


def test_a_mutable_tag_ends_at_one_of_them(oci: Checked, ecr: Any, repository: str) -> None:
    for blob in BASE.blobs:
        oci.push_blob(repository, blob)
    images = [variant(number) for number in range(8)]
    doors = [
        lambda image: by_docker(oci, repository, "v1", image),
        lambda image: by_api(ecr, repository, "v1", image),
    ]
    pushes = [lambda n=n: doors[n % 2](images[n]) for n in range(8)]
    assert race(pushes) == ["won"] * 8
    holder = oci.get_manifest(repository, "v1").expect(200).body
    assert holder in [image.manifest for image in images]
    shown = ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert sorted(each["imageDigest"] for each in shown) == sorted(image.digest for image in images)
    assert [each["imageDigest"] for each in shown if each.get("imageTags")] == [
        image.digest for image in images if image.manifest == holder
    ]
    assert json.loads(holder)["annotations"]["pusher"]
