"""ListImages: an entry for each tag, and one for each image without."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import Repo, invalid, pages, refused
from tests.support.images import Image, make_artifact, tiny_image

IMAGES = [make_artifact("application/vnd.example", b"listed", annotations={"number": str(n)}) for n in range(6)]
TAGS = {0: ["b", "a", "c"], 2: ["latest"], 3: ["z.9", "Z.9", "_"], 5: ["x"]}
TAGGED = [(IMAGES[n].digest, tag) for n, tags in TAGS.items() for tag in sorted(tags)]
UNTAGGED = [(IMAGES[n].digest, None) for n in (1, 4)]
EVERYTHING = sorted(TAGGED + UNTAGGED, key=lambda each: [image.digest for image in IMAGES].index(each[0]))

Entry = tuple[str, str | None]


@pytest.fixture(scope="module")
def stocked(new_repo: Any) -> Repo:
    repo = new_repo()
    for number, image in enumerate(IMAGES):
        repo.push(image, *TAGS.get(number, []))
    return repo


def listed(repo: Repo, size: int = 1000, **given: Any) -> list[list[Entry]]:
    found = pages(repo.list_images, "imageIds", size, **given)
    return [[(each["imageDigest"], each.get("imageTag")) for each in page] for page in found]


def test_an_empty_repository_lists_nothing(repo: Repo) -> None:
    answer = repo.list_images()
    assert answer["imageIds"] == []
    assert "nextToken" not in answer


@pytest.mark.parametrize("size", [1, 2, 3, 7, 9, 10, 11, 1000])
def test_pages_add_up(stocked: Repo, size: int) -> None:
    found = listed(stocked, size)
    assert [entry for page in found for entry in page] == EVERYTHING
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    assert found[-1] != []


@pytest.mark.parametrize(
    ("status", "expected"), [("TAGGED", TAGGED), ("UNTAGGED", UNTAGGED), ("ANY", EVERYTHING)], ids=str
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_tagged_and_untagged_images(stocked: Repo, status: str, expected: list[Entry], size: int) -> None:
    found = listed(stocked, size, filter={"tagStatus": status})
    assert sorted(map(str, (entry for page in found for entry in page))) == sorted(map(str, expected))


@pytest.mark.parametrize(("status", "count"), [("ACTIVE", 10), ("ANY", 10), ("ARCHIVED", 0), ("ACTIVATING", 0)])
def test_all_images_of_this_release_are_active(stocked: Repo, status: str, count: int) -> None:
    found = listed(stocked, 3, filter={"imageStatus": status})
    assert sum(map(len, found)) == count
    both = listed(stocked, filter={"imageStatus": status, "tagStatus": "UNTAGGED"})
    assert sum(map(len, both)) == (2 if count else 0)


def test_what_comes_and_goes_between_pages_moves_nothing_else(new_repo: Any) -> None:
    repo = new_repo()
    for image in IMAGES[:4]:
        repo.push(image, "first" if image is IMAGES[0] else image.digest[7:17])
    first = repo.list_images(maxResults=2)
    repo.batch_delete_image(imageIds=[{"imageDigest": IMAGES[1].digest}, {"imageDigest": IMAGES[2].digest}])
    repo.push(IMAGES[4])
    rest = repo.list_images(maxResults=5, nextToken=first["nextToken"])
    assert [each["imageDigest"] for each in rest["imageIds"]] == [IMAGES[3].digest, IMAGES[4].digest]


def test_a_page_has_a_hundred_entries_unless_more_are_asked_for(repo: Repo) -> None:
    image: Image = tiny_image("many tags")
    tags = [f"tag-{number:03}" for number in range(101)]
    repo.push(image, *tags)
    first = repo.list_images()
    assert [each["imageTag"] for each in first["imageIds"]] == tags[:100]
    rest = repo.list_images(nextToken=first["nextToken"])
    assert [each["imageTag"] for each in rest["imageIds"]] == tags[100:]
    assert "nextToken" not in rest
    assert len(repo.list_images(maxResults=1000)["imageIds"]) == 101


def test_tokens_are_good_for_the_listing_they_came_from(stocked: Repo, new_repo: Any) -> None:
    token = stocked.list_images(maxResults=1)["nextToken"]
    bad = invalid("nextToken", "Invalid next token provided")
    assert refused(new_repo().list_images, nextToken=token) == bad
    assert refused(stocked.describe_images, nextToken=token) == bad
    assert refused(stocked.list_images, nextToken=token, filter={"tagStatus": "TAGGED"}) == bad
    assert refused(stocked.list_images, nextToken=token, filter={"imageStatus": "ANY"}) == bad
    assert refused(stocked.ecr.describe_repositories, nextToken=token) == bad
    for given in ("", "x", token[:-2], f"{token}=", token.swapcase()):
        assert refused(stocked.list_images, nextToken=given) == bad


def test_limits_and_values_of_the_filters(stocked: Repo) -> None:
    most = invalid("maxResults", "Member must have value less than or equal to 1000")
    assert refused(stocked.list_images, maxResults=1001) == most
    least = invalid("maxResults", "Member must have value greater than or equal to 1")
    assert refused(stocked.list_images, maxResults=0) == least
    values = "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]"
    assert refused(stocked.list_images, filter={"tagStatus": "tagged"}) == invalid("filter.tagStatus", values)
    values = "Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]"
    assert refused(stocked.list_images, filter={"imageStatus": "GONE"}) == invalid("filter.imageStatus", values)


def test_no_repository_no_list(stocked: Repo) -> None:
    absent = Repo(stocked.ecr, f"{stocked.name}-absent", stocked.account)
    assert refused(absent.list_images).code == "RepositoryNotFoundException"
