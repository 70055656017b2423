"""Immutable tags, refused at both doors, in each of the four modes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.oci.test_manifests import push_content
from tests.support.images import Image, digest_of, tiny_image

FIRST, SECOND = tiny_image("first of its tag"), tiny_image("second of its tag")


def refusal(ecr: Any, repository: str, image: Image, tag: str) -> str:
    """The code with which PutImage refuses an image."""
    with pytest.raises(ClientError) as refused:
        ecr.put_image(repositoryName=repository, imageManifest=image.manifest.decode(), imageTag=tag)
    return refused.value.response["Error"]["Code"]


def assert_refused(oci: Checked, ecr: Any, repository: str, image: Image, tag: str, holder: Image) -> None:
    """Neither door moves the tag from the image that holds it."""
    answer = oci.put_manifest(repository, tag, image.manifest, image.media_type).expect(400)
    assert answer.codes == ["TAG_INVALID"]
    sentence = (
        f"The image tag '{tag}' already exists in the '{repository}' repository "
        "and cannot be overwritten because the repository is immutable."
    )
    assert answer.json()["errors"][0]["message"] == sentence
    assert refusal(ecr, repository, image, tag) == "ImageTagAlreadyExistsException"
    assert oci.get_manifest(repository, tag).expect(200).body == holder.manifest


def test_a_tag_is_set_once(oci: Checked, ecr: Any, immutable: str) -> None:
    oci.push_image(immutable, FIRST, "v1")
    push_content(oci, immutable, SECOND)
    assert_refused(oci, ecr, immutable, SECOND, "v1", FIRST)
    oci.get_manifest(immutable, SECOND.digest).expect(404)


def test_the_same_image_under_the_same_tag(oci: Checked, ecr: Any, immutable: str) -> None:
    oci.push_image(immutable, FIRST, "v1")
    answer = oci.put_manifest(immutable, "v1", FIRST.manifest, FIRST.media_type).expect(400)
    assert answer.codes == ["TAG_INVALID"]
    assert refusal(ecr, immutable, FIRST, "v1") == "ImageAlreadyExistsException"


def test_new_tags_and_digests_are_free(oci: Checked, immutable: str) -> None:
    oci.push_image(immutable, FIRST, "v1")
    oci.push_image(immutable, FIRST, "v2")
    oci.push_image(immutable, SECOND, "v3")
    for _ in range(2):
        oci.put_manifest(immutable, SECOND.digest, SECOND.manifest, SECOND.media_type).expect(201)
    assert oci.tags(immutable).json()["tags"] == ["v1", "v2", "v3"]


@pytest.mark.parametrize("query", ["?tag=v1", "?tag=new&tag=v1", "?tag=v1&tag=new"])
def test_no_tag_parameter_gets_around_it(oci: Checked, immutable: str, query: str) -> None:
    oci.push_image(immutable, FIRST, "v1")
    push_content(oci, immutable, SECOND)
    for reference in (SECOND.digest, "other", digest_of(SECOND.manifest, "sha512")):
        answer = oci.put_manifest(immutable, reference + query, SECOND.manifest, SECOND.media_type).expect(400)
        assert answer.codes == ["TAG_INVALID"]
    assert oci.tags(immutable).json()["tags"] == ["v1"]
    assert oci.get_manifest(immutable, "v1").body == FIRST.manifest
    oci.get_manifest(immutable, SECOND.digest).expect(404)


def test_a_tag_named_twice_in_one_push(oci: Checked, immutable: str) -> None:
    push_content(oci, immutable, FIRST)
    answer = oci.put_manifest(immutable, "v1?tag=v1&tag=v2", FIRST.manifest, FIRST.media_type).expect(201)
    assert answer.headers["oci-tag"] == "v1, v2"
    assert oci.tags(immutable).json()["tags"] == ["v1", "v2"]


@pytest.mark.parametrize(
    ("mode", "free", "fixed"),
    [
        ("IMMUTABLE_WITH_EXCLUSION", "latest-1", "v1"),
        ("MUTABLE_WITH_EXCLUSION", "v1", "latest-1"),
    ],
)
def test_exclusions(oci: Checked, ecr: Any, new_name: Callable[[], str], mode: str, free: str, fixed: str) -> None:
    name = new_name()
    filters = [{"filterType": "WILDCARD", "filter": "latest*"}]
    ecr.create_repository(repositoryName=name, imageTagMutability=mode, imageTagMutabilityExclusionFilters=filters)
    for tag in (free, fixed):
        oci.push_image(name, FIRST, tag)
    push_content(oci, name, SECOND)
    assert_refused(oci, ecr, name, SECOND, fixed, FIRST)
    oci.put_manifest(name, free, SECOND.manifest, SECOND.media_type).expect(201)
    ecr.put_image(repositoryName=name, imageManifest=FIRST.manifest.decode(), imageTag=free)
    assert oci.get_manifest(name, free).body == FIRST.manifest


def test_the_setting_counts_from_the_next_push_on(oci: Checked, ecr: Any, repository: str) -> None:
    for image in (FIRST, SECOND):
        oci.push_image(repository, image, "v1")
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    assert_refused(oci, ecr, repository, FIRST, "v1", SECOND)
    ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="MUTABLE")
    oci.put_manifest(repository, "v1", FIRST.manifest, FIRST.media_type).expect(201)
