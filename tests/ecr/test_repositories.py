"""CreateRepository, DescribeRepositories by name, DeleteRepository."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ecr.lab import Refused, Repo, invalid, refused
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import Server

NAME = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*"


def not_found(repo: Repo) -> Refused:
    message = f"The repository with name '{repo.name}' does not exist in the registry with id '{repo.account}'"
    return Refused("RepositoryNotFoundException", message, 400, {})


def test_a_new_repository_is_described_in_full(
    server: Server, ecr: Any, account: str, new_name: Callable[[], str]
) -> None:
    name = f"team/{new_name()}"
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = ecr.create_repository(repositoryName=name)["repository"]
    created = made.pop("createdAt")
    assert before <= created <= datetime.now(UTC)
    assert made == {
        "repositoryArn": f"arn:aws:ecr:{server.region}:{account}:repository/{name}",
        "registryId": account,
        "repositoryName": name,
        "repositoryUri": f"{server.host}/{name}",
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }
    (described,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    assert described == {**made, "createdAt": created}


def test_every_setting_that_is_kept_is_taken_and_shown(
    ecr: Any, account: str, new_name: Callable[[], str], oci: Oci
) -> None:
    name = new_name()
    filters = [{"filterType": "WILDCARD", "filter": "latest*"}, {"filterType": "WILDCARD", "filter": "dev-*"}]
    ecr.create_repository(
        registryId=account,
        repositoryName=name,
        tags=[{"Key": "team", "Value": "blue"}],
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters,
        imageScanningConfiguration={"scanOnPush": False},
        encryptionConfiguration={"encryptionType": "AES256"},
    )
    (shown,) = ecr.describe_repositories(registryId=account, repositoryNames=[name])["repositories"]
    assert shown["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert shown["imageTagMutabilityExclusionFilters"] == filters
    assert ecr.list_tags_for_resource(resourceArn=shown["repositoryArn"])["tags"] == [{"Key": "team", "Value": "blue"}]
    assert oci.tags(name).json() == {"name": name, "tags": []}


@pytest.mark.parametrize("name", ["ab", "a/b", "a" * 256, "a.b_c__d--e/f1", "0numbers"])
def test_names_within_the_grammar_are_taken(second: Any, name: str) -> None:
    made = second.create_repository(repositoryName=name)["repository"]
    assert made["repositoryName"] == name
    second.delete_repository(repositoryName=name)


@pytest.mark.parametrize("name", ["Upper", "a//b", "/ab", "ab/", "a..b", "-ab", "a___b", "ä-b", "a b", "a\nb", "../ab"])
def test_names_out_of_the_grammar_are_refused(ecr: Any, name: str) -> None:
    expected = invalid("repositoryName", f"must satisfy regular expression '{NAME}'")
    assert refused(ecr.create_repository, repositoryName=name) == expected


def test_names_have_two_to_256_characters(ecr: Any) -> None:
    short = "Member must have length greater than or equal to 2"
    assert refused(ecr.create_repository, repositoryName="a") == invalid("repositoryName", short)
    long = "Member must have length less than or equal to 256"
    assert refused(ecr.create_repository, repositoryName="a" * 257) == invalid("repositoryName", long)


def test_a_name_is_taken_once(ecr: Any, repo: Repo) -> None:
    message = f"The repository with name '{repo.name}' already exists in the registry with id '{repo.account}'"
    expected = Refused("RepositoryAlreadyExistsException", message, 400, {})
    assert refused(ecr.create_repository, repositoryName=repo.name) == expected


def test_other_settings_that_would_not_be_enforced_are_refused(ecr: Any, new_name: Callable[[], str]) -> None:
    name = new_name()
    scanning = refused(ecr.create_repository, repositoryName=name, imageScanningConfiguration={"scanOnPush": True})
    assert scanning == invalid("imageScanningConfiguration", "scanOnPush is not available in this release")
    encryption = {"encryptionType": "AES256", "kmsKey": "alias/mine"}
    key = refused(ecr.create_repository, repositoryName=name, encryptionConfiguration=encryption)
    text = "kmsKey must not be given with the encryption type AES256"
    assert key == invalid("encryptionConfiguration", text)
    unknown = refused(ecr.create_repository, repositoryName=name, encryptionConfiguration={"encryptionType": "ROT13"})
    values = "Member must satisfy enum value set: [AES256, KMS, KMS_DSSE]"
    assert unknown == invalid("encryptionConfiguration.encryptionType", values)
    assert refused(ecr.describe_repositories, repositoryNames=[name]).code == "RepositoryNotFoundException"


def test_repositories_are_described_in_the_order_of_their_names_in_the_request(ecr: Any, new_repo: Any) -> None:
    first, then = new_repo(), new_repo()
    found = ecr.describe_repositories(repositoryNames=[then.name, first.name])["repositories"]
    assert [each["repositoryName"] for each in found] == [then.name, first.name]


def test_one_missing_repository_fails_the_whole_description(ecr: Any, repo: Repo) -> None:
    absent = Repo(ecr, f"{repo.name}-absent", repo.account)
    assert refused(ecr.describe_repositories, repositoryNames=[repo.name, absent.name]) == not_found(absent)


def test_an_empty_repository_is_deleted(ecr: Any, repo: Repo) -> None:
    (described,) = ecr.describe_repositories(repositoryNames=[repo.name])["repositories"]
    assert repo.delete_repository()["repository"] == described
    assert refused(ecr.describe_repositories, repositoryNames=[repo.name]) == not_found(repo)
    assert refused(repo.delete_repository) == not_found(repo)


@pytest.mark.parametrize("given", [{}, {"force": False}])
def test_images_keep_their_repository(repo: Repo, given: dict[str, bool]) -> None:
    digest = repo.push(tiny_image("kept"))
    message = (
        f"The repository with name '{repo.name}' in registry with id '{repo.account}' "
        "cannot be deleted because it still contains images"
    )
    assert refused(repo.delete_repository, **given) == Refused("RepositoryNotEmptyException", message, 400, {})
    assert repo.ids() == {(digest, None)}


def test_force_deletes_the_images_too(ecr: Any, repo: Repo) -> None:
    repo.push(tiny_image("forced"), "1")
    repo.delete_repository(force=True, registryId=repo.account)
    assert refused(repo.list_images) == not_found(repo)
    ecr.create_repository(repositoryName=repo.name)
    assert repo.ids() == set()
    layer = tiny_image("forced").document["layers"][0]["digest"]
    (checked,) = repo.batch_check_layer_availability(layerDigests=[layer])["layers"]
    assert checked["layerAvailability"] == "UNAVAILABLE"


def test_a_layer_alone_does_not_keep_a_repository(repo: Repo) -> None:
    repo.upload(b"not part of any image")
    assert repo.delete_repository()["repository"]["repositoryName"] == repo.name
