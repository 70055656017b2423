"""The registry's policy and its scope: V2, the default, is about every action, V1 about three."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, grant

REGION = "ap-northeast-1"
Fresh = Callable[[str], str]


@pytest.fixture
def region(guarded: Guarded) -> Iterator[Any]:
    """A boto3 client of a registry of its own, without a policy before and after."""
    ecr = guarded.server.boto3("ecr", region=REGION)
    yield ecr
    ecr.put_account_setting(name="REGISTRY_POLICY_SCOPE", value="V2")
    if code(ecr.get_registry_policy) == "":
        ecr.delete_registry_policy()


def code(call: Callable[..., Any], **arguments: Any) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def put(region: Any, policy: Any) -> Any:
    return region.put_registry_policy(policyText=json.dumps(policy))


def with_resource(principal: object, *actions: str, effect: str = "Allow") -> Any:
    return grant(principal, *actions, effect=effect, Resource=f"arn:aws:ecr:{REGION}:{HOME}:repository/*")


def test_put_get_delete(region: Any) -> None:
    with pytest.raises(ClientError, match=f"Registry policy does not exist in the registry with id '{HOME}'"):
        region.get_registry_policy()
    assert code(region.delete_registry_policy) == "RegistryPolicyNotFoundException"
    policy = with_resource({"AWS": OTHER}, "ecr:ReplicateImage")
    for answer in (put(region, policy), region.get_registry_policy(), region.delete_registry_policy()):
        assert (answer["registryId"], answer["policyText"]) == (HOME, json.dumps(policy))
    assert code(region.get_registry_policy) == "RegistryPolicyNotFoundException"


def test_what_is_no_policy(region: Any) -> None:
    for wrong in ({}, allow("ecr:*"), with_resource({"AWS": f"arn:aws:iam::{HOME}:user/nobody"}, "ecr:ReplicateImage")):
        with pytest.raises(ClientError, match="'Invalid registry policy provided'") as caught:
            put(region, wrong)
        assert caught.value.response["Error"]["Code"] == "InvalidParameterException"


def test_in_v2_it_grants_to_other_accounts(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    keys = guarded.people.user(OTHER, fresh("user"), allow("ecr:*"))
    region.create_repository(repositoryName=(name := fresh("repository")))
    ecr = guarded.server.boto3("ecr", region=REGION, keys=keys)
    listing = {"registryId": HOME, "repositoryName": name}
    assert code(ecr.list_images, **listing) == "AccessDeniedException"
    put(region, with_resource({"AWS": OTHER}, "ecr:ListImages", "ecr:CreateRepository"))
    settled(lambda: code(ecr.list_images, **listing) == "")
    region.put_account_setting(name="REGISTRY_POLICY_SCOPE", value="V1")
    settled(lambda: code(ecr.list_images, **listing) == "AccessDeniedException")
    assert region.get_account_setting(name="REGISTRY_POLICY_SCOPE")["value"] == "V1"


def test_in_v2_it_denies_what_policies_allow(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    keys = guarded.people.user(HOME, fresh("user"), allow("ecr:*"))
    region.create_repository(repositoryName=(name := fresh("repository")))
    ecr = guarded.server.boto3("ecr", region=REGION, keys=keys)
    assert code(ecr.list_images, repositoryName=name) == ""
    put(region, with_resource("*", "ecr:ListImages", effect="Deny"))
    settled(lambda: code(ecr.list_images, repositoryName=name) == "AccessDeniedException")
    region.put_account_setting(name="REGISTRY_POLICY_SCOPE", value="V1")
    settled(lambda: code(ecr.list_images, repositoryName=name) == "")


def test_in_v1_creating_repositories_is_covered(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    keys = guarded.people.user(HOME, fresh("user"), allow("ecr:*"))
    ecr = guarded.server.boto3("ecr", region=REGION, keys=keys)
    region.put_account_setting(name="REGISTRY_POLICY_SCOPE", value="V1")
    put(region, with_resource("*", "ecr:CreateRepository", effect="Deny"))
    settled(lambda: code(ecr.create_repository, repositoryName=fresh("repository")) == "AccessDeniedException")


def test_the_scope_is_v2_unless_set(guarded: Guarded) -> None:
    ecr = guarded.server.boto3("ecr", region="sa-east-1")
    assert ecr.get_account_setting(name="REGISTRY_POLICY_SCOPE")["value"] == "V2"
    assert code(ecr.put_account_setting, name="REGISTRY_POLICY_SCOPE", value="V3") == "ValidationException"


def test_the_root_is_never_locked_out_of_it(region: Any) -> None:
    put(region, grant("*", "ecr:*", effect="Deny", Resource="*"))
    settled(lambda: code(region.describe_registry) == "AccessDeniedException")
    region.delete_registry_policy()
    settled(lambda: code(region.describe_registry) == "")
