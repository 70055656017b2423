"""DescribeImages: sizes, types, times, subjects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Refused, Repo, invalid, pages, refused
from tests.support.images import (
    DOCKER_CONFIG,
    DOCKER_MANIFEST,
    HELM_CONFIG,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Image,
    gzip_layer,
    helm_chart,
    make_artifact,
    make_image,
    make_index,
    random_bytes,
    tiny_image,
)
from tests.support.oci import Oci

IMAGE = tiny_image("described")
LARGE = make_image([gzip_layer({"large": random_bytes(4096)}), IMAGE.layers[0]])
DOCKER = tiny_image("described docker", docker=True)
INDEX = make_index({"amd64": IMAGE, "arm64": LARGE})
OUTER = make_index({"amd64": INDEX})
HELM = helm_chart("described")
SIGNATURE = make_artifact("application/vnd.example.signature", b"signature", subject=IMAGE)
ALL = (IMAGE, LARGE, DOCKER, INDEX, OUTER, HELM, SIGNATURE)
CONFLICT = invalid("imageIds", "must not be given together with nextToken or maxResults")


@pytest.fixture(scope="module")
def stocked(new_repo: Any) -> Repo:
    """A repository with everything above: IMAGE under two tags, INDEX under one, HELM under one, the rest untagged."""
    repo = new_repo()
    repo.push(IMAGE, "1.0", "1")
    repo.push(LARGE)
    repo.push(DOCKER)
    repo.put(INDEX, "all")
    repo.put(OUTER)
    repo.push(HELM, "chart")
    repo.push(SIGNATURE)
    return repo


def size(image: Image) -> int:
    """Bytes of an image's blobs."""
    return sum(map(len, image.blobs))


def test_an_image_is_described_in_full(repo: Repo) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    repo.push(IMAGE, "b", "a")
    (detail,) = repo.describe_images(registryId=repo.account)["imageDetails"]
    pushed = detail.pop("imagePushedAt")
    assert before <= pushed <= datetime.now(UTC)
    assert detail == {
        "registryId": repo.account,
        "repositoryName": repo.name,
        "imageDigest": IMAGE.digest,
        "imageTags": ["a", "b"],
        "imageSizeInBytes": size(IMAGE),
        "imageManifestMediaType": OCI_MANIFEST,
        "artifactMediaType": OCI_CONFIG,
        "imageStatus": "ACTIVE",
    }


def test_each_kind_of_image_has_its_types_sizes_and_subject(stocked: Repo) -> None:
    found = {each["imageDigest"]: each for each in stocked.describe_images()["imageDetails"]}
    members = ("imageManifestMediaType", "artifactMediaType", "imageSizeInBytes", "subjectManifestDigest", "imageTags")
    expected = {
        IMAGE: (OCI_MANIFEST, OCI_CONFIG, size(IMAGE), None, ["1", "1.0"]),
        LARGE: (OCI_MANIFEST, OCI_CONFIG, size(LARGE), None, None),
        DOCKER: (DOCKER_MANIFEST, DOCKER_CONFIG, size(DOCKER), None, None),
        INDEX: (OCI_INDEX, None, size(LARGE), None, ["all"]),
        OUTER: (OCI_INDEX, None, size(LARGE), None, None),
        HELM: (OCI_MANIFEST, HELM_CONFIG, size(HELM), None, ["chart"]),
        SIGNATURE: (OCI_MANIFEST, "application/vnd.example.signature", size(SIGNATURE), IMAGE.digest, None),
    }
    assert {digest: tuple(map(detail.get, members)) for digest, detail in found.items()} == {
        image.digest: values for image, values in expected.items()
    }


def test_images_by_tag_and_digest_come_once_each(stocked: Repo) -> None:
    ids = [{"imageTag": "all"}, {"imageDigest": IMAGE.digest}, {"imageTag": "1"}, {"imageTag": "1.0"}]
    ids.append({"imageDigest": IMAGE.digest, "imageTag": "1"})
    found = stocked.describe_images(imageIds=ids)["imageDetails"]
    assert [each["imageDigest"] for each in found] == [INDEX.digest, IMAGE.digest]
    assert found[1]["imageTags"] == ["1", "1.0"]


@pytest.mark.parametrize(
    "image_id",
    [
        {"imageTag": "absent"},
        {"imageDigest": ABSENT},
        {"imageDigest": "sha256:abc"},
        {"imageTag": "1", "imageDigest": INDEX.digest},
        {"imageTag": "absent", "imageDigest": IMAGE.digest},
    ],
    ids=str,
)
def test_one_missing_image_fails_the_whole_description(stocked: Repo, image_id: dict[str, str]) -> None:
    found = refused(stocked.describe_images, imageIds=[{"imageTag": "1"}, image_id])
    message = stocked.missing(image_id.get("imageDigest"), image_id.get("imageTag"))
    assert found == Refused("ImageNotFoundException", message, 400, {})


def test_identifiers_that_can_name_nothing(stocked: Repo) -> None:
    form = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
    for digest in ("", "latest"):
        found = refused(stocked.describe_images, imageIds=[{"imageDigest": digest, "imageTag": "1"}])
        assert found == invalid("imageDigest", form)
    grammar = "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'"
    assert refused(stocked.describe_images, imageIds=[{"imageTag": "-1"}]) == invalid("imageTag", grammar)
    neither = invalid("imageId", "both tag and digest cannot be null")
    assert refused(stocked.describe_images, imageIds=[{"imageTag": "1"}, {}]) == neither


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("TAGGED", (IMAGE, INDEX, HELM)),
        ("UNTAGGED", (LARGE, DOCKER, OUTER, SIGNATURE)),
        ("ANY", ALL),
    ],
    ids=["TAGGED", "UNTAGGED", "ANY"],
)
def test_tagged_and_untagged_images(stocked: Repo, status: str, expected: tuple[Image, ...]) -> None:
    found = list(pages(stocked.describe_images, "imageDetails", 2, filter={"tagStatus": status}))
    assert {each["imageDigest"] for page in found for each in page} == {image.digest for image in expected}
    ids = [{"imageDigest": image.digest} for image in ALL]
    named = stocked.describe_images(imageIds=ids, filter={"tagStatus": status})["imageDetails"]
    assert [each["imageDigest"] for each in named] == [image.digest for image in ALL if image in expected]


@pytest.mark.parametrize(("status", "count"), [("ACTIVE", 7), ("ANY", 7), ("ARCHIVED", 0), ("ACTIVATING", 0)])
def test_all_images_of_this_release_are_active(stocked: Repo, status: str, count: int) -> None:
    found = pages(stocked.describe_images, "imageDetails", 3, filter={"imageStatus": status})
    assert sum(map(len, found)) == count
    ids = [{"imageTag": "1"}]
    named = stocked.describe_images(imageIds=ids, filter={"imageStatus": status})["imageDetails"]
    assert len(named) == (1 if count else 0)


@pytest.mark.parametrize("page_size", [1, 3, 6, 7, 8, 1000])
def test_pages_add_up_in_the_order_of_pushes(stocked: Repo, page_size: int) -> None:
    found = list(pages(stocked.describe_images, "imageDetails", page_size))
    assert [each["imageDigest"] for page in found for each in page] == [image.digest for image in ALL]
    assert [len(page) for page in found[:-1]] == [page_size] * (len(found) - 1)
    assert found[-1] != []


def test_a_page_has_a_hundred_images_unless_more_are_asked_for(repo: Repo) -> None:
    for number in range(101):
        repo.push(make_artifact("application/vnd.example", b"many", annotations={"number": str(number)}))
    first = repo.describe_images()
    assert len(first["imageDetails"]) == 100
    rest = repo.describe_images(nextToken=first["nextToken"])
    assert len(rest["imageDetails"]) == 1
    assert "nextToken" not in rest
    assert len(repo.describe_images(maxResults=1000)["imageDetails"]) == 101


def test_identifiers_and_pages_exclude_each_other(stocked: Repo) -> None:
    ids, token = [{"imageTag": "1"}], stocked.describe_images(maxResults=1)["nextToken"]
    for paging in ({"maxResults": 1}, {"nextToken": token}, {"maxResults": 1, "nextToken": token}):
        assert refused(stocked.describe_images, imageIds=ids, **paging) == CONFLICT


def test_tokens_are_good_for_the_listing_they_came_from(stocked: Repo, repo: Repo) -> None:
    token = stocked.describe_images(maxResults=1)["nextToken"]
    bad = invalid("nextToken", "Invalid next token provided")
    assert refused(repo.describe_images, nextToken=token) == bad
    assert refused(stocked.list_images, nextToken=token) == bad
    assert refused(stocked.describe_images, nextToken=token, filter={"tagStatus": "TAGGED"}) == bad
    assert refused(stocked.describe_images, nextToken=f"A{token}") == bad


def test_limits(stocked: Repo) -> None:
    most = invalid("maxResults", "Member must have value less than or equal to 1000")
    assert refused(stocked.describe_images, maxResults=1001) == most
    assert refused(stocked.describe_images, maxResults=0).code == "InvalidParameterException"
    hundred = invalid("imageIds", "Member must have length less than or equal to 100")
    assert refused(stocked.describe_images, imageIds=[{"imageTag": "1"}] * 101) == hundred
    least = invalid("imageIds", "Member must have length greater than or equal to 1")
    assert refused(stocked.describe_images, imageIds=[]) == least
    absent = Repo(stocked.ecr, f"{stocked.name}-absent", stocked.account)
    assert refused(absent.describe_images).code == "RepositoryNotFoundException"
    assert refused(absent.describe_images, imageIds=[{"imageTag": "1"}]).code == "RepositoryNotFoundException"


def test_pulls_by_both_doors_are_recorded_and_looks_are_not(repo: Repo, oci: Oci) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    repo.push(IMAGE, "api")
    repo.push(DOCKER, "docker")
    repo.push(LARGE, "looked-at")
    assert all("lastRecordedPullTime" not in each for each in repo.describe_images()["imageDetails"])
    repo.batch_get_image(imageIds=[{"imageTag": "api"}])
    oci.get_manifest(repo.name, "docker").expect(200)
    oci.head_manifest(repo.name, "looked-at").expect(200)
    details = {each["imageTags"][0]: each for each in repo.describe_images()["imageDetails"]}
    for tag in ("api", "docker"):
        assert before <= details[tag]["lastRecordedPullTime"] <= datetime.now(UTC)
    assert "lastRecordedPullTime" not in details["looked-at"]
