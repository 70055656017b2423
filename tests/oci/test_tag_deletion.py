"""DELETE of tags: OCI Distribution 1.1, "Deleting tags". An index keeps its children, whatever their tags do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import Image, make_index, tiny_image

INDEX = make_index({"amd64": tiny_image("child of an index")})
CHILD = INDEX.children[0]


def tag(oci: Checked, repository: str, image: Image, name: str) -> None:
    oci.put_manifest(repository, name, image.manifest, image.media_type).expect(201)


@pytest.fixture
def index(oci: Checked, repository: str) -> str:
    """A repository with the tag `index`, and the tag `child` on the only image that the index lists."""
    oci.push_image(repository, INDEX, "index")
    tag(oci, repository, CHILD, "child")
    return repository


def test_the_last_tag_of_an_index_s_child_goes_alone(oci: Checked, index: str) -> None:
    oci.delete_manifest(index, "child").expect(202)
    assert oci.head_manifest(index, "child").status == 404
    assert oci.tags(index).json()["tags"] == ["index"]
    assert oci.pull_image(index, "index") == INDEX.contents()


def test_batch_delete_image_keeps_that_tag(oci: Checked, ecr: Any, index: str) -> None:
    answer = ecr.batch_delete_image(repositoryName=index, imageIds=[{"imageTag": "child"}])
    assert answer["imageIds"] == []
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageReferencedByManifestList"]
    oci.head_manifest(index, "child").expect(200)


def test_the_last_tag_of_another_image_takes_the_image(oci: Checked, repository: str) -> None:
    image = tiny_image("two tags")
    oci.push_image(repository, image, "one")
    tag(oci, repository, image, "two")
    oci.delete_manifest(repository, "one").expect(202)
    oci.head_manifest(repository, image.digest).expect(200)
    oci.delete_manifest(repository, "two").expect(202)
    assert oci.head_manifest(repository, image.digest).status == 404
