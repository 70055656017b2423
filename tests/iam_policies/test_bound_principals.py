"""Trust and repository policies hold to the users and roles that they named when they were saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.iam_policies.conftest import EVERYONE, Refused, trust
from tests.support.server import Server

HOME = "123456789012"
IAM = f"arn:aws:iam::{HOME}"


def trusted(iam: Any, role: str) -> Any:
    """What a role's trust policy says of principals."""
    (statement,) = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    return statement["Principal"]


def let(iam: Any, role: str, principal: Any) -> None:
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=trust(principal))


@pytest.mark.parametrize(
    "absent",
    [
        f"{IAM}:user/nobody-at-all",
        f"{IAM}:role/nobody-at-all",
        f"arn:aws:sts::{HOME}:assumed-role/nobody-at-all/session",
        f"arn:aws:sts::{HOME}:federated-user/somebody",
        "AIDAEXAMPLE0123456789",
        "AROAEXAMPLE0123456789:session",
    ],
)
def test_who_is_not_there(iam: Any, role: str, refused: Refused, absent: str) -> None:
    error = (400, "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{absent}"')
    document = trust({"AWS": [HOME, absent]})
    assert refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=document) == error
    assert refused(iam.create_role, RoleName="never", AssumeRolePolicyDocument=document) == error
    assert refused(iam.get_role, RoleName="never")[1] == "NoSuchEntity"
    assert trusted(iam, role) == {"AWS": "*"}


def test_the_path_and_the_letters_count(iam: Any, role: str, new: Callable[[], str], refused: Refused) -> None:
    iam.create_user(UserName=(name := new()), Path="/team/")
    for wrong in (f"{IAM}:user/{name}", f"{IAM}:user/team/{name.upper()}", f"{IAM}:role/team/{name}"):
        code = refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=trust({"AWS": wrong}))[1]
        assert code == "MalformedPolicyDocument"
    let(iam, role, {"AWS": f"{IAM}:user/team/{name}"})
    iam.delete_user(UserName=name)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": ["*", HOME, f"{IAM}:root", "arn:aws:iam::999999999999:user/elsewhere", "999999999999"]},
        {"AWS": "arn:aws:sts::999999999999:assumed-role/elsewhere/session"},
        {"Service": "ecs.amazonaws.com"},
        {"Federated": f"{IAM}:oidc-provider/example.com"},
    ],
)
def test_whatever_is_not_of_this_deployment_stays_as_it_is(iam: Any, role: str, principal: Any) -> None:
    let(iam, role, principal)
    assert trusted(iam, role) == principal


def test_an_arn_as_long_as_there_is_someone(iam: Any, role: str, user: str, new: Callable[[], str]) -> None:
    unique_id = iam.get_user(UserName=user)["User"]["UserId"]
    let(iam, role, {"AWS": [f"{IAM}:user/{user}", HOME]})
    assert trusted(iam, role) == {"AWS": [f"{IAM}:user/{user}", HOME]}
    iam.update_user(UserName=user, NewUserName=(name := new()), NewPath="/moved/")
    assert trusted(iam, role) == {"AWS": [f"{IAM}:user/moved/{name}", HOME]}
    iam.delete_user(UserName=name)
    assert trusted(iam, role) == {"AWS": [unique_id, HOME]}
    iam.create_user(UserName=name, Path="/moved/")
    assert trusted(iam, role) == {"AWS": [unique_id, HOME]}
    iam.delete_user(UserName=name)


def test_what_is_shown_of_the_dead_cannot_be_saved_again(iam: Any, role: str, user: str, refused: Refused) -> None:
    unique_id = iam.get_user(UserName=user)["User"]["UserId"]
    let(iam, role, {"AWS": f"{IAM}:user/{user}"})
    let(iam, role, {"AWS": unique_id})
    assert trusted(iam, role) == {"AWS": f"{IAM}:user/{user}"}
    iam.delete_user(UserName=user)
    shown = trust(trusted(iam, role))
    assert refused(iam.update_assume_role_policy, RoleName=role, PolicyDocument=shown) == (
        400,
        "MalformedPolicyDocument",
        f'Invalid principal in policy: "AWS":"{unique_id}"',
    )


def test_every_operation_shows_arns(iam: Any, user: str, new: Callable[[], str]) -> None:
    principal = {"AWS": f"{IAM}:user/{user}"}
    made = iam.create_role(RoleName=(name := new()), AssumeRolePolicyDocument=trust(principal))["Role"]
    changed = iam.update_role_description(RoleName=name, Description="d")["Role"]
    listed = [each for page in iam.get_paginator("list_roles").paginate() for each in page["Roles"]]
    details = iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
    detailed = [each for page in details for each in page["RoleDetailList"]]
    shown = [made, changed, *(each for each in (*listed, *detailed) if each["RoleName"] == name)]
    assert len(shown) == 4
    assert all(each["AssumeRolePolicyDocument"] == json.loads(trust(principal)) for each in shown)
    iam.delete_role(RoleName=name)


def test_a_repository_policy_stays_as_it_was_written(server: Server, iam: Any, role: str, user: str) -> None:
    ecr, name = server.boto3("ecr"), f"bound/{role}"
    session = f"arn:aws:sts::{HOME}:assumed-role/{role}/one"
    arns = [f"{IAM}:user/{user}", session, f"{IAM}:role/{role}"]
    statement = {"Sid": "a  b", "Effect": "Allow", "Principal": {"AWS": arns}, "Action": "ecr:ListImages"}
    condition = {"Condition": {"ArnLike": {"aws:PrincipalArn": arns}}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **condition}]}, indent=3)
    ecr.create_repository(repositoryName=name)
    assert ecr.set_repository_policy(repositoryName=name, policyText=text)["policyText"] == text
    assert ecr.get_repository_policy(repositoryName=name)["policyText"] == text
    role_id = iam.get_role(RoleName=role)["Role"]["RoleId"]
    iam.delete_role(RoleName=role)
    shown = json.loads(ecr.delete_repository_policy(repositoryName=name)["policyText"])["Statement"][0]
    assert shown["Principal"] == {"AWS": [arns[0], f"{role_id}:one", role_id]}
    assert shown["Condition"] == condition["Condition"]
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=EVERYONE)


def test_registry_policies_too(server: Server, iam: Any, user: str) -> None:
    ecr = server.boto3("ecr", region="eu-north-1")
    unique_id = iam.get_user(UserName=user)["User"]["UserId"]
    statement = {"Effect": "Allow", "Principal": {"AWS": f"{IAM}:user/{user}"}, "Action": "ecr:*", "Resource": "*"}
    ecr.put_registry_policy(policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    iam.delete_user(UserName=user)
    shown = json.loads(ecr.get_registry_policy()["policyText"])["Statement"][0]
    assert shown["Principal"] == {"AWS": unique_id}
    ecr.delete_registry_policy()
