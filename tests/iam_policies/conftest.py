"""Clients of IAM, documents, and names that no other test uses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.server import Server

Refused = Callable[..., tuple[int, str, str]]


def document(*actions: str, effect: str = "Allow", resource: str = "*", **more: Any) -> str:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> str:
    """A trust policy of one statement."""
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


PULL = document("ecr:BatchGetImage")
EVERYONE = trust({"AWS": "*"})


@pytest.fixture(scope="session")
def iam(server: Server) -> Any:
    """A boto3 client of `server`, as the account's root."""
    return server.boto3("iam")


@pytest.fixture(scope="session")
def new() -> Callable[[], str]:
    """Names that no other test uses."""
    numbers = itertools.count(1)
    return lambda: f"policies-{next(numbers)}"


@pytest.fixture
def user(iam: Any, new: Callable[[], str]) -> Iterator[str]:
    """The name of a new user."""
    name = new()
    iam.create_user(UserName=name)
    yield name
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        _strip(iam, "user", name)
        iam.delete_user(UserName=name)


@pytest.fixture
def group(iam: Any, new: Callable[[], str]) -> Iterator[str]:
    """The name of a new group."""
    name = new()
    iam.create_group(GroupName=name)
    yield name
    for member in iam.get_group(GroupName=name)["Users"]:
        iam.remove_user_from_group(GroupName=name, UserName=member["UserName"])
    _strip(iam, "group", name)
    iam.delete_group(GroupName=name)


@pytest.fixture
def role(iam: Any, new: Callable[[], str]) -> Iterator[str]:
    """The name of a new role that anyone may take on."""
    name = new()
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=EVERYONE)
    yield name
    with suppress(iam.exceptions.NoSuchEntityException):
        _strip(iam, "role", name)
        iam.delete_role(RoleName=name)


@pytest.fixture
def policy(iam: Any, new: Callable[[], str]) -> Iterator[str]:
    """The ARN of a new policy that allows to pull."""
    arn: str = iam.create_policy(PolicyName=new(), PolicyDocument=PULL)["Policy"]["Arn"]
    yield arn
    with suppress(iam.exceptions.NoSuchEntityException, iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=arn)


@pytest.fixture
def refused() -> Refused:
    """Calls something that IAM refuses; returns the status, the code and the message."""

    def call(operation: Callable[..., Any], **arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as caught:
            operation(**arguments)
        answer: Any = caught.value.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]

    return call


def _strip(iam: Any, kind: str, name: str) -> None:
    of = {f"{kind.title()}Name": name}
    for arn in attached(iam, kind, name):
        getattr(iam, f"detach_{kind}_policy")(**of, PolicyArn=arn)
    for each in getattr(iam, f"list_{kind}_policies")(**of)["PolicyNames"]:
        getattr(iam, f"delete_{kind}_policy")(**of, PolicyName=each)


def attached(iam: Any, kind: str, name: str) -> list[str]:
    """The ARNs of what is attached."""
    found = getattr(iam, f"list_attached_{kind}_policies")(**{f"{kind.title()}Name": name})["AttachedPolicies"]
    return [each["PolicyArn"] for each in found]
