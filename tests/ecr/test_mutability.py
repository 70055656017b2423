"""PutImageTagMutability, and what its four modes let PutImage do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import Refused, Repo, invalid, refused
from tests.support.images import tiny_image

FIRST, SECOND = tiny_image("first"), tiny_image("second")
MODES = "[MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]"
FILTERS = "imageTagMutabilityExclusionFilters"


def wildcards(*patterns: str) -> list[dict[str, str]]:
    return [{"filterType": "WILDCARD", "filter": pattern} for pattern in patterns]


def immutable(repo: Repo, tag: str) -> Refused:
    message = (
        f"The image tag '{tag}' already exists in the '{repo.name}' repository "
        "and cannot be overwritten because the repository is immutable."
    )
    return Refused("ImageTagAlreadyExistsException", message, 400, {})


def moves(repo: Repo, tag: str) -> bool:
    """Whether a tag that is there can be given to another image; either way the state is what the answer says."""
    repo.push(FIRST, tag)
    try:
        repo.push(SECOND, tag)
    except repo.ecr.exceptions.ImageTagAlreadyExistsException:
        assert repo.detail(imageTag=tag)["imageDigest"] == FIRST.digest
        return False
    assert repo.detail(imageTag=tag)["imageDigest"] == SECOND.digest
    return True


def test_the_answer_and_the_description_say_what_was_set(ecr: Any, repo: Repo) -> None:
    filters = wildcards("v*", "*-rc.*", "latest", "a_b", "*")
    answer = repo.put_image_tag_mutability(
        registryId=repo.account,
        imageTagMutability="MUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters,
    )
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": repo.account,
        "repositoryName": repo.name,
        "imageTagMutability": "MUTABLE_WITH_EXCLUSION",
        FILTERS: filters,
    }
    (shown,) = ecr.describe_repositories(repositoryNames=[repo.name])["repositories"]
    assert (shown["imageTagMutability"], shown[FILTERS]) == ("MUTABLE_WITH_EXCLUSION", filters)
    assert FILTERS not in repo.put_image_tag_mutability(imageTagMutability="IMMUTABLE")
    (shown,) = ecr.describe_repositories(repositoryNames=[repo.name])["repositories"]
    assert shown["imageTagMutability"] == "IMMUTABLE"
    assert FILTERS not in shown


@pytest.mark.parametrize(
    ("mode", "patterns", "movable", "fixed"),
    [
        ("MUTABLE", (), ["latest", "v1"], []),
        ("IMMUTABLE", (), [], ["latest", "v1"]),
        ("IMMUTABLE_WITH_EXCLUSION", ("latest", "dev-*"), ["latest", "dev-", "dev-1"], ["latest2", "mydev-1", "v1"]),
        ("MUTABLE_WITH_EXCLUSION", ("v*.*", "*-final"), ["v1", "final", "xv1.0"], ["v1.0", "v.", "a-final"]),
    ],
)
def test_which_tags_a_mode_lets_move(
    new_repo: Any, mode: str, patterns: tuple[str, ...], movable: list[str], fixed: list[str]
) -> None:
    given = {FILTERS: wildcards(*patterns)} if patterns else {}
    repo = new_repo(imageTagMutability=mode, **given)
    assert {tag: moves(repo, tag) for tag in movable + fixed} == {
        **dict.fromkeys(movable, True),
        **dict.fromkeys(fixed, False),
    }


def test_the_refusal_names_tag_and_repository(new_repo: Any) -> None:
    repo = new_repo(imageTagMutability="IMMUTABLE")
    repo.push(FIRST, "1")
    repo.push(SECOND)
    assert refused(repo.put, image=SECOND, tag="1") == immutable(repo, "1")
    repo.put(SECOND, "2")  # what is new is no overwriting
    repo.put(FIRST, "3")
    assert repo.ids() == {(FIRST.digest, "1"), (FIRST.digest, "3"), (SECOND.digest, "2")}


def test_an_immutable_tag_refuses_a_new_image_as_a_whole(new_repo: Any) -> None:
    repo = new_repo(imageTagMutability="IMMUTABLE")
    repo.push(FIRST, "1")
    for blob in SECOND.blobs:
        repo.upload(blob)
    assert refused(repo.put, image=SECOND, tag="1") == immutable(repo, "1")
    assert repo.ids() == {(FIRST.digest, "1")}


def test_a_deleted_tag_can_be_pushed_again(new_repo: Any) -> None:
    repo = new_repo(imageTagMutability="IMMUTABLE")
    repo.push(FIRST, "1", "2")
    repo.batch_delete_image(imageIds=[{"imageTag": "1"}])
    repo.push(SECOND, "1")
    assert repo.ids() == {(FIRST.digest, "2"), (SECOND.digest, "1")}


def test_a_change_holds_from_the_next_push_on(repo: Repo) -> None:
    repo.push(FIRST, "1")
    repo.push(SECOND)
    repo.put_image_tag_mutability(imageTagMutability="IMMUTABLE")
    assert refused(repo.put, image=SECOND, tag="1") == immutable(repo, "1")
    repo.put_image_tag_mutability(imageTagMutability="MUTABLE")
    repo.put(SECOND, "1")
    assert repo.ids() == {(FIRST.digest, None), (SECOND.digest, "1")}


@pytest.mark.parametrize("mode", ["MUTABLE", "IMMUTABLE"])
def test_filters_come_with_an_exclusion_only(ecr: Any, repo: Repo, mode: str) -> None:
    given = {"imageTagMutability": mode, FILTERS: wildcards("v*")}
    text = f"ImageTagMutabilityExclusionFilters must be null when imageTagMutability is set as {mode}"
    assert refused(repo.put_image_tag_mutability, **given) == invalid(FILTERS, text)
    assert refused(ecr.create_repository, repositoryName=f"{repo.name}-new", **given) == invalid(FILTERS, text)


@pytest.mark.parametrize("mode", ["MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"])
def test_an_exclusion_needs_filters(ecr: Any, repo: Repo, mode: str) -> None:
    text = f"ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as {mode}"
    for call, given in ((repo.put_image_tag_mutability, {}), (ecr.create_repository, {"repositoryName": "new"})):
        assert refused(call, imageTagMutability=mode, **given) == invalid(FILTERS, text)
        empty = {"imageTagMutability": mode, FILTERS: [], **given}
        least = "Member must have length greater than or equal to 1"
        assert refused(call, **empty) == invalid(FILTERS, least)


def test_filters_are_five_and_keep_to_their_grammar(repo: Repo) -> None:
    def set_to(filters: list[dict[str, str]]) -> Refused:
        given = {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", FILTERS: filters}
        return refused(repo.put_image_tag_mutability, **given)

    assert set_to(wildcards(*"abcdef")) == invalid(FILTERS, "Member must have length less than or equal to 5")
    where = f"{FILTERS}.1.member"
    grammar = "Member must satisfy regular expression pattern: ^[0-9a-zA-Z._*-]{1,128}$"
    assert set_to(wildcards("a/b")) == invalid(f"{where}.filter", grammar)
    assert set_to(wildcards("a" * 129)) == invalid(
        f"{where}.filter", "Member must have length less than or equal to 128"
    )
    assert set_to([{"filterType": "WILDCARD"}]) == invalid(f"{where}.filter", "Member must not be null")
    assert set_to([{"filterType": "PREFIX", "filter": "a"}]) == invalid(
        f"{where}.filterType", "Member must satisfy enum value set: [WILDCARD]"
    )


def test_modes_and_repositories_that_are_not_there(ecr: Any, repo: Repo) -> None:
    found = refused(repo.put_image_tag_mutability, imageTagMutability="Mutable")
    assert found == invalid("imageTagMutability", f"Member must satisfy enum value set: {MODES}")
    absent = Repo(ecr, f"{repo.name}-absent", repo.account)
    found = refused(absent.put_image_tag_mutability, imageTagMutability="MUTABLE")
    assert found.code == "RepositoryNotFoundException"
