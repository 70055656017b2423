"""Registries: one for each account and region, each closed to every other account."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from entrepot.rules.actions import OPERATIONS
from tests.ecr.inputs import BY_ARN, IN_A_REPOSITORY
from tests.ecr.lab import SECOND_ACCOUNT, Refused, Repo, client, constraint, refused
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import Server

IMAGE = tiny_image("accounts and regions")
NAMED = sorted({*IN_A_REPOSITORY, "DescribeRepositories"})
REGISTRY_ID = "must satisfy regular expression '[0-9]{12}'"


def denied(account: str, operation: str, arn: str) -> Refused:
    """What a root is told that has no business in another account."""
    (action,) = OPERATIONS[operation].actions
    message = (
        f"User: arn:aws:iam::{account}:root is not authorized to perform: {action} on resource: {arn} "
        f"because no resource-based policy allows the {action} action"
    )
    return Refused("AccessDeniedException", message, 400, {})


def about(operation: str, name: str, registry_id: str) -> dict[str, Any]:
    """An input that names a registry."""
    if operation == "DescribeRepositories":
        return {"registryId": registry_id, "repositoryNames": [name]}
    return {"registryId": registry_id, "repositoryName": name, **IN_A_REPOSITORY[operation]}


@pytest.fixture(scope="module")
def theirs(second: Any, new_repo: Any) -> Repo:
    """A repository of the second account, with an image."""
    repo = new_repo(second)
    repo.push(IMAGE, "1")
    return repo


@pytest.mark.parametrize("operation", NAMED)
def test_another_account_s_registry_is_closed_to_a_root(ecr: Any, account: str, theirs: Repo, operation: str) -> None:
    call = getattr(ecr, xform_name(operation))
    for name, arn in ((theirs.name, theirs.arn), (f"{theirs.name}-absent", f"{theirs.arn}-absent")):
        assert refused(call, **about(operation, name, SECOND_ACCOUNT)) == denied(account, operation, arn)
    assert theirs.ids() == {(IMAGE.digest, "1")}


@pytest.mark.parametrize("operation", sorted(BY_ARN))
def test_another_account_s_arn_is_closed_to_a_root(ecr: Any, account: str, theirs: Repo, operation: str) -> None:
    call = getattr(ecr, xform_name(operation))
    for arn in (theirs.arn, f"{theirs.arn}-absent"):
        assert refused(call, resourceArn=arn, **BY_ARN[operation]) == denied(account, operation, arn)


def test_another_account_s_repositories_cannot_be_listed(ecr: Any, account: str, theirs: Repo) -> None:
    arn = f"arn:aws:ecr:{ecr.meta.region_name}:{SECOND_ACCOUNT}:repository/*"
    found = refused(ecr.describe_repositories, registryId=SECOND_ACCOUNT)
    assert found == denied(account, "DescribeRepositories", arn)
    names = [each["repositoryName"] for each in ecr.describe_repositories(maxResults=1000)["repositories"]]
    assert theirs.name not in names


def test_an_account_that_does_not_exist_is_closed_too(ecr: Any, account: str) -> None:
    arn = f"arn:aws:ecr:{ecr.meta.region_name}:999999999999:repository/any"
    found = refused(ecr.list_images, registryId="999999999999", repositoryName="any")
    assert found == denied(account, "ListImages", arn)


@pytest.mark.parametrize("operation", NAMED)
def test_a_registry_id_has_twelve_digits(ecr: Any, operation: str) -> None:
    call = getattr(ecr, xform_name(operation))
    for registry_id in (
        "",
        "12345678901",
        "1234567890123",
        "12345678901a",
        "123456789012\n",
        "\uff11" * 12,
    ):
        found = refused(call, **about(operation, "any-name", registry_id))
        assert (found.code, found.status) == ("InvalidParameterException", 400)
        assert found.message == constraint("registryId", REGISTRY_ID)


@pytest.mark.parametrize("operation", sorted(IN_A_REPOSITORY))
def test_a_repository_name_is_needed_and_checked(ecr: Any, operation: str) -> None:
    call = getattr(ecr, xform_name(operation))
    given = IN_A_REPOSITORY[operation]
    assert refused(call, **given).message == constraint("repositoryName", "Member must not be null")
    short = refused(call, repositoryName="x", **given)
    assert short.message == constraint("repositoryName", "Member must have length greater than or equal to 2")
    for name in ("a/../b", "a b", "a\x00b", "a/b/", "Ab"):
        found = refused(call, repositoryName=name, **given)
        assert found.code == "InvalidParameterException"
        assert "at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression" in found.message


def test_two_accounts_have_their_own_repositories_of_one_name(second: Any, repo: Repo) -> None:
    repo.push(IMAGE, "ours")
    made = second.create_repository(repositoryName=repo.name)["repository"]
    assert made["registryId"] == SECOND_ACCOUNT
    assert Repo(second, repo.name, SECOND_ACCOUNT).ids() == set()
    assert repo.ids() == {(IMAGE.digest, "ours")}


class TestRegions:
    """The same account in two regions."""

    @pytest.fixture
    def abroad(self, server: Server, repo: Repo) -> Repo:
        """A repository of the same name in another region."""
        ecr = client(server, region="us-west-2")
        ecr.create_repository(repositoryName=repo.name)
        return Repo(ecr, repo.name, repo.account)

    def test_are_two_registries(self, repo: Repo, abroad: Repo) -> None:
        repo.push(IMAGE, "here")
        abroad.push(tiny_image("there"), "there")
        assert repo.ids() == {(IMAGE.digest, "here")}
        assert abroad.ids() == {(tiny_image("there").digest, "there")}
        (shown,) = abroad.ecr.describe_repositories(repositoryNames=[repo.name])["repositories"]
        assert shown["repositoryArn"] == abroad.arn
        abroad.delete_repository(force=True)
        assert repo.ids() == {(IMAGE.digest, "here")}

    def test_share_no_layers(self, repo: Repo, abroad: Repo) -> None:
        digest = repo.upload(b"a layer of one region")
        (found,) = abroad.batch_check_layer_availability(layerDigests=[digest])["layers"]
        assert found["layerAvailability"] == "UNAVAILABLE"

    def test_have_their_own_mutability(self, repo: Repo, abroad: Repo) -> None:
        abroad.put_image_tag_mutability(imageTagMutability="IMMUTABLE")
        (here,) = repo.ecr.describe_repositories(repositoryNames=[repo.name])["repositories"]
        assert here["imageTagMutability"] == "MUTABLE"

    def test_are_told_apart_by_the_password_at_the_other_door(
        self, server: Server, oci: Oci, repo: Repo, abroad: Repo
    ) -> None:
        repo.push(IMAGE, "here")
        there = Oci(server.url, server.password(region="us-west-2"))
        assert oci.tags(repo.name).json()["tags"] == ["here"]
        assert there.tags(repo.name).json()["tags"] == []
        assert abroad.ids() == set()
