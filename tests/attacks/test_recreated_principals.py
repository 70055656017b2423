"""Whoever gets the name of a user or role that is gone gets nothing that was given to it: policies go by unique ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.access.eventually import settled
from tests.support.server import Keys, Server

HOME = "123456789012"
ONCE = Config(retries={"total_max_attempts": 1})
ASSUMING = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


@pytest.fixture(scope="module")
def iam(server: Server) -> Any:
    return server.boto3("iam")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def grant(principal: str, *actions: str) -> str:
    return document({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions)})


@contextmanager
def user(iam: Any, name: str) -> Iterator[Keys]:
    """A user without any policies but one, to assume roles, with a key."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(ASSUMING))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    yield Keys(key["AccessKeyId"], key["SecretAccessKey"])
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="p")
    iam.delete_user(UserName=name)


@contextmanager
def role(iam: Any, name: str, trust: str) -> Iterator[str]:
    """A role that may assume others."""
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(ASSUMING))
    yield arn
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)


def may(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether a call is allowed."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
            return False
        raise
    return True


def never(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether a call is refused, whichever worker answers."""
    return not any(may(call, **arguments) for _ in range(8))


def session(server: Server, keys: Keys, service: str, role_arn: str, name: str = "ss") -> Any:
    """A client of a service in a session of a role."""
    given = server.boto3("sts", keys=keys).assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return boto3.Session().client(
        service, endpoint_url=server.url, region_name=server.region, config=ONCE,
        aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )  # fmt: skip


def test_a_user_made_again_at_a_repository(server: Server, iam: Any, ecr: Any, repository: str) -> None:
    name = f"again-{repository.replace('/', '-')}"
    policy = grant(f"arn:aws:iam::{HOME}:user/{name}", "ecr:ListImages")
    with user(iam, name) as keys:
        ecr.set_repository_policy(repositoryName=repository, policyText=policy)
        first = server.boto3("ecr", keys=keys)
        settled(lambda: may(first.list_images, repositoryName=repository))
    with user(iam, name) as keys:
        second = server.boto3("ecr", keys=keys)
        assert never(second.list_images, repositoryName=repository)
        shown = json.loads(ecr.get_repository_policy(repositoryName=repository)["policyText"])
        assert shown["Statement"][0]["Principal"]["AWS"].startswith("AIDA")
        ecr.set_repository_policy(repositoryName=repository, policyText=policy)
        settled(lambda: may(second.list_images, repositoryName=repository))


def test_a_role_made_again_at_a_trust_policy(server: Server, iam: Any, repository: str) -> None:
    """The confused deputy: a role trusts another one, whose name somebody else has taken, to let in whom they like."""
    suffix = repository.replace("/", "-")
    arn, target = f"arn:aws:iam::{HOME}:role/caller-{suffix}", f"target-{suffix}"
    with ExitStack() as stack:
        insider = stack.enter_context(user(iam, f"insider-{suffix}"))
        intruder = stack.enter_context(user(iam, f"intruder-{suffix}"))
        with role(iam, f"caller-{suffix}", grant(f"arn:aws:iam::{HOME}:user/insider-{suffix}", "sts:AssumeRole")):
            wanted = {"RoleArn": stack.enter_context(role(iam, target, grant(arn, "sts:AssumeRole")))}
            assert may(session(server, insider, "sts", arn).assume_role, **wanted, RoleSessionName="ss")
        with role(iam, f"caller-{suffix}", grant(f"arn:aws:iam::{HOME}:user/intruder-{suffix}", "sts:AssumeRole")):
            sts = session(server, intruder, "sts", arn)
            assert sts.get_caller_identity()["Arn"].endswith(f"assumed-role/caller-{suffix}/ss")
            assert never(sts.assume_role, **wanted, RoleSessionName="ss")
            iam.update_assume_role_policy(RoleName=target, PolicyDocument=grant(arn, "sts:AssumeRole"))
            assert may(sts.assume_role, **wanted, RoleSessionName="ss")


def test_a_session_of_a_role_made_again(server: Server, iam: Any, ecr: Any, repository: str) -> None:
    suffix = repository.replace("/", "-")
    named = f"arn:aws:sts::{HOME}:assumed-role/worker-{suffix}/nightly"
    with user(iam, f"starter-{suffix}") as starter:
        with role(iam, f"worker-{suffix}", grant(HOME, "sts:AssumeRole")) as arn:
            ecr.set_repository_policy(repositoryName=repository, policyText=grant(named, "ecr:ListImages"))
            nightly = session(server, starter, "ecr", arn, "nightly")
            settled(lambda: may(nightly.list_images, repositoryName=repository))
            assert never(session(server, starter, "ecr", arn, "daily").list_images, repositoryName=repository)
        with role(iam, f"worker-{suffix}", grant(HOME, "sts:AssumeRole")) as arn:
            impostor = session(server, starter, "ecr", arn, "nightly")
            assert never(impostor.list_images, repositoryName=repository)
