"""Every condition key that is promised, each with a value that lets in and one that does not, at both doors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import HOME, REGION, Guarded
from tests.access.eventually import settled
from tests.access.people import document
from tests.oci.checked import Checked

Json = dict[str, Any]
TAG = [{"Key": "team", "Value": "blue"}]
HEADERS = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Entrepot-Endpoint": "vpce-1",
    "User-Agent": "containerd/2.1",
}
ABSENT = {"Null": "true"}

# A key, and conditions on it under which a user with the tag team=blue, and the headers above, gets in or does not.
OF_ALL: dict[str, tuple[Json, Json]] = {
    "aws:SourceIp": ({"IpAddress": "203.0.113.0/24"}, {"IpAddress": "127.0.0.0/8"}),
    "aws:SourceVpce": ({"StringEquals": "vpce-1"}, {"StringEquals": "vpce-2"}),
    "aws:SecureTransport": ({"Bool": "true"}, {"Bool": "false"}),
    "aws:UserAgent": ({"StringLike": "containerd/*"}, {"StringLike": "docker/*"}),
    "aws:CurrentTime": ({"DateGreaterThan": "2026-01-01T00:00:00Z"}, {"DateLessThan": "2026-01-01T00:00:00Z"}),
    "aws:EpochTime": ({"NumericGreaterThan": "1767225600"}, {"NumericLessThan": "1767225600"}),
    "aws:PrincipalAccount": ({"StringEquals": HOME}, {"StringNotEquals": HOME}),
    "aws:PrincipalTag/team": ({"StringEquals": "blue"}, {"StringEquals": "red"}),
    "aws:ResourceTag/team": ({"StringEquals": "${aws:PrincipalTag/team}"}, {"StringEquals": "red"}),
    "ecr:ResourceTag/team": ({"StringEquals": "blue"}, {"StringNotEquals": "blue"}),
    "aws:MultiFactorAuthPresent": (ABSENT, {"Bool": "true"}),
    # Only services have them, acting for somebody else; no service acts here.
    "aws:SourceAccount": (ABSENT, {"StringEquals": HOME}),
    "aws:SourceArn": (ABSENT, {"ArnLike": "arn:aws:*:*:*:*"}),
}
OF_USERS: dict[str, tuple[Json, Json]] = {
    "aws:PrincipalArn": ({"ArnEquals": "USER"}, {"ArnEquals": f"arn:aws:iam::{HOME}:root"}),
    "aws:PrincipalType": ({"StringEquals": "User"}, {"StringEquals": "AssumedRole"}),
    "aws:userid": ({"StringLike": "AIDA*"}, {"StringLike": "*:*"}),
    "aws:username": ({"StringEquals": "NAME"}, {"StringNotEquals": "NAME"}),
    "aws:TokenIssueTime": (ABSENT, {"DateGreaterThan": "2026-01-01T00:00:00Z"}),
}
OF_SESSIONS: dict[str, tuple[Json, Json]] = {
    "aws:PrincipalArn": ({"ArnEquals": "ROLE"}, {"ArnLike": "arn:aws:sts::*:assumed-role/*/*"}),
    "aws:PrincipalType": ({"StringEquals": "AssumedRole"}, {"StringEquals": "User"}),
    "aws:userid": ({"StringLike": "AROA*:build"}, {"StringLike": "AROA*:other"}),
    "aws:username": (ABSENT, {"StringLike": "*"}),
    "aws:TokenIssueTime": ({"DateGreaterThan": "2026-01-01T00:00:00Z"}, {"DateLessThan": "2026-01-01T00:00:00Z"}),
}
OF_REQUESTS: dict[str, tuple[Json, Json]] = {
    "aws:RequestTag/team": ({"StringEquals": "blue"}, {"StringEquals": "red"}),
    "aws:TagKeys": ({"ForAllValues:StringEquals": "team"}, {"ForAnyValue:StringEquals": "cost"}),
}
OUTCOMES = ("in", "out")


def repository_of(prefix: str, key: str, outcome: str) -> str:
    return f"{prefix}/{key.replace(':', '-').lower()}/{outcome}"


def policy(prefix: str, table: dict[str, tuple[Json, Json]], *actions: str, **names: str) -> list[Json]:
    """A statement for each condition, about a repository of its own."""
    return [
        {
            "Effect": "Allow",
            "Action": list(actions),
            "Resource": f"arn:aws:ecr:{REGION}:{HOME}:repository/{repository_of(prefix, key, outcome)}",
            "Condition": {operator: {key: names.get(value, value)} for operator, value in condition.items()},
        }
        for key, conditions in table.items()
        for outcome, condition in zip(OUTCOMES, conditions, strict=True)
    ]


@dataclass(frozen=True)
class Caller:
    """Somebody who comes by way of the proxy, at both doors."""

    prefix: str
    ecr: Any
    oci: Checked

    def lists(self, key: str, outcome: str) -> list[bool]:
        """Whether each door lets in, which looks for the repository only then."""
        name = repository_of(self.prefix, key, outcome)
        status = self.oci.request("GET", f"/v2/{name}/tags/list", headers=HEADERS).status
        assert status in {200, 403, 404}
        return [allowed(self.ecr.list_images, repositoryName=name), status != 403]


def allowed(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDeniedException"
    return True


def caller(guarded: Guarded, prefix: str, session: Any) -> Caller:
    """With the headers that the proxy sends."""
    ecr: Any = session.client("ecr", endpoint_url=guarded.server.url, region_name=REGION)
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    ecr.meta.events.register("before-sign.ecr.*", with_headers)
    host = f"{HOME}.dkr.ecr.{REGION}.example.com"
    return Caller(
        prefix, ecr, Checked(guarded.server.url, base64.b64decode(token).decode().partition(":")[2], host=host)
    )


def with_headers(request: Any, **_: Any) -> None:
    for name, value in HEADERS.items():
        request.headers[name] = value


@pytest.fixture(scope="module")
def user(guarded: Guarded, fresh: Callable[[str], str]) -> Caller:
    name, prefix = fresh("user"), fresh("keys")
    names = {"NAME": name, "USER": f"arn:aws:iam::{HOME}:user/{name}"}
    statements = [
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        *policy(prefix, OF_ALL | OF_USERS, "ecr:ListImages", **names),
        *policy(prefix, OF_REQUESTS, "ecr:CreateRepository", "ecr:TagResource"),
        setting("ecr:GetAccountSetting", "BLOB_MOUNTING"),
        setting("ecr:PutAccountSetting", "REGISTRY_POLICY_SCOPE"),
    ]
    keys = guarded.people.user(HOME, name, document(*statements), tags={"team": "blue"})
    return caller(guarded, tagged(guarded, prefix), boto3.Session(keys.access_key_id, keys.secret_access_key))


def setting(action: str, name: str) -> Json:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": "*",
        "Condition": {"StringEquals": {"ecr:AccountSetting": name}},
    }


def tagged(guarded: Guarded, prefix: str) -> str:
    """Makes the repositories that need tags."""
    for key in (each for each in OF_ALL if "ResourceTag" in each):
        for outcome in OUTCOMES:
            guarded.root.create_repository(repositoryName=repository_of(prefix, key, outcome), tags=TAG)
    return prefix


@pytest.fixture(scope="module")
def session(guarded: Guarded, fresh: Callable[[str], str]) -> Iterator[Caller]:
    iam, name, prefix = guarded.server.boto3("iam"), fresh("role"), fresh("keys")
    trusted = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trusted)))["Role"]["Arn"]
    login = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    text = json.dumps(document(login, *policy(prefix, OF_ALL | OF_SESSIONS, "ecr:ListImages", ROLE=role)))
    iam.put_role_policy(RoleName=name, PolicyName="keys", PolicyDocument=text)
    keys = guarded.people.user(HOME, fresh("user"), document(grant_of("sts:AssumeRole"), grant_of("sts:TagSession")))
    sts = guarded.server.boto3("sts", keys=keys)
    given: list[Any] = []
    assume = {"RoleArn": role, "RoleSessionName": "build", "Tags": TAG}
    settled(lambda: allowed(lambda: given.append(sts.assume_role(**assume)["Credentials"])), in_a_row=1)
    secrets = [given[0][each] for each in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    yield caller(guarded, tagged(guarded, prefix), boto3.Session(*secrets))
    iam.delete_role_policy(RoleName=name, PolicyName="keys")
    iam.delete_role(RoleName=name)


def grant_of(action: str) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


@pytest.mark.parametrize("key", [*OF_ALL, *OF_USERS])
def test_a_user(user: Caller, key: str) -> None:
    assert [user.lists(key, outcome) for outcome in OUTCOMES] == [[True, True], [False, False]]


@pytest.mark.parametrize("key", [*OF_ALL, *OF_SESSIONS])
def test_a_session(session: Caller, key: str) -> None:
    assert [session.lists(key, outcome) for outcome in OUTCOMES] == [[True, True], [False, False]]


@pytest.mark.parametrize("key", OF_REQUESTS)
def test_what_a_request_sets(user: Caller, key: str) -> None:
    names = [repository_of(user.prefix, key, outcome) for outcome in OUTCOMES]
    assert [allowed(user.ecr.create_repository, repositoryName=name, tags=TAG) for name in names] == [True, False]


def test_the_setting_that_is_asked_for(user: Caller) -> None:
    assert allowed(user.ecr.get_account_setting, name="BLOB_MOUNTING")
    assert not allowed(user.ecr.get_account_setting, name="REGISTRY_POLICY_SCOPE")
    assert not allowed(user.ecr.put_account_setting, name="BLOB_MOUNTING", value="DISABLED")
