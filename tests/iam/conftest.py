"""Clients of IAM, and users that are gone after their test."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.server import Keys, Server


@pytest.fixture(scope="session")
def iam(server: Server) -> Any:
    """A boto3 client of `server`, as the account's root."""
    return server.boto3("iam")


@pytest.fixture(scope="session")
def new_identity() -> Callable[[], str]:
    """Names of users, groups and roles that no other test uses."""
    numbers = itertools.count(1)
    return lambda: f"identity-{next(numbers)}"


@pytest.fixture
def user(iam: Any, new_identity: Callable[[], str]) -> Iterator[str]:
    """The name of a new user without rights; keys, groups and inline policies that it is given go with it."""
    name = new_identity()
    iam.create_user(UserName=name)
    yield name
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for group in iam.list_groups_for_user(UserName=name)["Groups"]:
            iam.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_user(UserName=name)


@pytest.fixture
def keys(iam: Any, user: str) -> Keys:
    """An access key of `user`."""
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture
def refused() -> Callable[..., tuple[int, str, str]]:
    """Calls something that IAM refuses; returns the status, the code and the message."""

    def call(operation: Callable[..., Any], **arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(ClientError) as caught:
            operation(**arguments)
        answer: Any = caught.value.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]

    return call
