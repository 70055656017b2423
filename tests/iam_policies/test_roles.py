"""Roles: who may take them on, and what keeps them from being deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from tests.iam_policies.conftest import EVERYONE, PULL, Refused, trust
from tests.support.server import Keys, Server

ACCOUNT = trust({"AWS": "123456789012"})


def test_a_role_is_what_it_was_created_as(iam: Any, new: Callable[[], str], policy: str) -> None:
    name = new()
    made = iam.create_role(
        RoleName=name,
        Path="/ci/",
        AssumeRolePolicyDocument=ACCOUNT,
        Description="for CI",
        MaxSessionDuration=7200,
        PermissionsBoundary=policy,
        Tags=[{"Key": "Team", "Value": "a"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:role/ci/{name}"
    assert made["RoleId"].startswith("AROA")
    assert made["AssumeRolePolicyDocument"] == json.loads(ACCOUNT)
    assert (made["Description"], made["MaxSessionDuration"]) == ("for CI", 7200)
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == policy
    assert made["Tags"] == [{"Key": "Team", "Value": "a"}]
    assert iam.get_role(RoleName=name)["Role"] == made
    iam.delete_role(RoleName=name)


def test_roles_by_default(iam: Any, role: str) -> None:
    found = iam.get_role(RoleName=role)["Role"]
    assert (found["Path"], found["MaxSessionDuration"]) == ("/", 3600)
    assert not {"Description", "Tags", "PermissionsBoundary"} & set(found)


def test_names_are_taken_whatever_their_case(iam: Any, role: str, refused: Refused) -> None:
    taken = refused(iam.create_role, RoleName=role.upper(), AssumeRolePolicyDocument=EVERYONE)
    assert taken == (409, "EntityAlreadyExists", f"Role with name {role.upper()} already exists.")
    assert iam.get_role(RoleName=role.upper())["Role"]["RoleName"] == role


@pytest.mark.parametrize(
    "document",
    ["{}", PULL, trust({"AWS": "*"}, "ecr:PutImage"), trust({"AWS": "*"}, Resource="*"), "no JSON"],
)
def test_trust_policies_are_checked(iam: Any, role: str, document: str, refused: Refused) -> None:
    made = refused(iam.create_role, RoleName="never", AssumeRolePolicyDocument=document)
    assert made[:2] == (400, "MalformedPolicyDocument")
    changed = refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=document)
    assert changed[:2] == (400, "MalformedPolicyDocument")


def test_trust_policies_have_a_limit(iam: Any, role: str, refused: Refused) -> None:
    long = trust({"AWS": "*"}, Condition={"StringEquals": {"sts:ExternalId": ["x" * 100] * 20}})
    status, code, message = refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=long)
    assert (status, code, message) == (409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")


def test_changes(iam: Any, role: str, refused: Refused) -> None:
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=ACCOUNT)
    iam.update_role(RoleName=role, Description="first", MaxSessionDuration=43200)
    iam.update_role(RoleName=role)
    found = iam.get_role(RoleName=role)["Role"]
    assert found["AssumeRolePolicyDocument"] == json.loads(ACCOUNT)
    assert (found["Description"], found["MaxSessionDuration"]) == ("first", 43200)
    changed = iam.update_role_description(RoleName=role, Description="second")["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("second", 43200)
    iam.update_role(RoleName=role, Description="")
    assert not iam.get_role(RoleName=role)["Role"].get("Description")
    assert refused(iam.update_role, RoleName=role, MaxSessionDuration=43201)[1] == "ValidationError"
    with pytest.raises(ParamValidationError):
        iam.update_role(RoleName=role, MaxSessionDuration=60)


def test_a_role_with_policies_stays(iam: Any, role: str, policy: str, refused: Refused) -> None:
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    iam.put_role_policy(RoleName=role, PolicyName="in", PolicyDocument=PULL)
    conflict = (409, "DeleteConflict")
    assert refused(iam.delete_role, RoleName=role) == (
        *conflict,
        "Cannot delete entity, must detach all policies first.",
    )
    iam.detach_role_policy(RoleName=role, PolicyArn=policy)
    assert refused(iam.delete_role, RoleName=role) == (*conflict, "Cannot delete entity, must delete policies first.")
    iam.delete_role_policy(RoleName=role, PolicyName="in")
    iam.delete_role(RoleName=role)
    gone = (404, "NoSuchEntity", f"The role with name {role} cannot be found.")
    assert refused(iam.get_role, RoleName=role) == gone
    assert refused(iam.delete_role, RoleName=role) == gone


def test_listings(iam: Any, new: Callable[[], str]) -> None:
    names = [new() for _ in range(3)]
    for name in names:
        iam.create_role(RoleName=name, Path="/list/ed/", AssumeRolePolicyDocument=EVERYONE)
    pages = list(iam.get_paginator("list_roles").paginate(PathPrefix="/list/", PaginationConfig={"PageSize": 2}))
    assert [[each["RoleName"] for each in page["Roles"]] for page in pages] == [names[:2], names[2:]]
    assert set(names) <= {
        each["RoleName"] for page in iam.get_paginator("list_roles").paginate() for each in page["Roles"]
    }
    for name in names:
        iam.delete_role(RoleName=name)


def test_a_boundary_has_to_be_there(iam: Any, refused: Refused) -> None:
    gone = "arn:aws:iam::123456789012:policy/gone"
    made = refused(iam.create_role, RoleName="never", AssumeRolePolicyDocument=EVERYONE, PermissionsBoundary=gone)
    assert made == (404, "NoSuchEntity", f"Scope ARN: {gone} does not exist or is not attachable.")
    assert refused(iam.get_role, RoleName="never")[1] == "NoSuchEntity"


def test_the_last_use_has_a_region(server: Server, iam: Any, role: str, user: str) -> None:
    assert iam.get_role(RoleName=role)["Role"]["RoleLastUsed"] == {}
    key = iam.create_access_key(UserName=user)["AccessKey"]
    document = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps({"Statement": document}))
    sts = server.boto3("sts", region="ap-south-1", keys=Keys(key["AccessKeyId"], key["SecretAccessKey"]))
    sts.assume_role(RoleArn=f"arn:aws:iam::123456789012:role/{role}", RoleSessionName="one")
    used = iam.get_role(RoleName=role)["Role"]["RoleLastUsed"]
    assert used["Region"] == "ap-south-1"
    assert used["LastUsedDate"]
