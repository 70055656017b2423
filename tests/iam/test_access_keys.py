"""Access keys: how many, what each state means at both doors, and when they were used."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.oci import Oci
from tests.support.server import Keys, Server

Refused = Callable[..., tuple[int, str, str]]
UNKNOWN = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}'


def test_a_key_signs_as_its_user(iam: Any, server: Server, user: str) -> None:
    made = iam.create_access_key(UserName=user)["AccessKey"]
    assert re.fullmatch("AKIA[A-Z2-7]{16}", made["AccessKeyId"])
    assert (len(base64.b64decode(made["SecretAccessKey"])), made["Status"], made["UserName"]) == (30, "Active", user)
    caller = server.boto3("sts", keys=Keys(made["AccessKeyId"], made["SecretAccessKey"])).get_caller_identity()
    found = iam.get_user(UserName=user)["User"]
    assert (caller["Arn"], caller["UserId"], caller["Account"]) == (found["Arn"], found["UserId"], "123456789012")


def test_two_keys_are_all_that_a_user_has(iam: Any, user: str, refused: Refused) -> None:
    made = [iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"] for _ in range(2)]
    full = (409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    assert refused(iam.create_access_key, UserName=user) == full
    pages = list(iam.get_paginator("list_access_keys").paginate(UserName=user, PaginationConfig={"PageSize": 1}))
    listed = [key for page in pages for key in page["AccessKeyMetadata"]]
    assert [key["AccessKeyId"] for key in listed] == sorted(made)
    assert all("SecretAccessKey" not in key and key["UserName"] == user for key in listed)
    iam.delete_access_key(UserName=user, AccessKeyId=made[0])
    iam.create_access_key(UserName=user)


def test_a_disabled_key_signs_nothing_until_it_is_enabled(
    iam: Any, server: Server, user: str, keys: Keys, refused: Refused
) -> None:
    signed = server.boto3("sts", keys=keys)
    named = {"UserName": user, "AccessKeyId": keys.access_key_id}
    iam.update_access_key(**named, Status="Inactive")
    assert refused(signed.get_caller_identity) == UNKNOWN
    assert iam.list_access_keys(UserName=user)["AccessKeyMetadata"][0]["Status"] == "Inactive"
    iam.update_access_key(**named, Status="Active")
    assert signed.get_caller_identity()["Arn"].endswith(user)
    iam.delete_access_key(**named)
    assert refused(signed.get_caller_identity) == UNKNOWN


def test_the_passwords_of_a_key_end_with_it(iam: Any, server: Server, user: str, keys: Keys) -> None:
    iam.put_user_policy(UserName=user, PolicyName="login", PolicyDocument=ALLOW % "ecr:GetAuthorizationToken")
    password = _password_once_allowed(server, keys)
    client = Oci(server.url, password)
    assert client.request("GET", "/v2/").status == 200
    iam.update_access_key(UserName=user, AccessKeyId=keys.access_key_id, Status="Inactive")
    assert client.request("GET", "/v2/").status == 401
    iam.update_access_key(UserName=user, AccessKeyId=keys.access_key_id, Status="Active")
    assert client.request("GET", "/v2/").status == 200
    iam.delete_access_key(UserName=user, AccessKeyId=keys.access_key_id)
    assert client.request("GET", "/v2/").status == 401
    iam.delete_user_policy(UserName=user, PolicyName="login")


def test_a_key_is_changed_by_its_owners_name_only(
    iam: Any, user: str, keys: Keys, new_identity: Any, refused: Refused
) -> None:
    other = new_identity()
    iam.create_user(UserName=other)
    missing = (404, "NoSuchEntity", f"The Access Key with id {keys.access_key_id} cannot be found.")
    assert refused(iam.delete_access_key, UserName=other, AccessKeyId=keys.access_key_id) == missing
    assert refused(iam.delete_access_key, AccessKeyId=keys.access_key_id) == missing
    named = {"UserName": other, "AccessKeyId": keys.access_key_id}
    assert refused(iam.update_access_key, **named, Status="Inactive") == missing
    assert iam.list_access_keys(UserName=user)["AccessKeyMetadata"][0]["Status"] == "Active"
    expired = refused(iam.update_access_key, UserName=user, AccessKeyId=keys.access_key_id, Status="Expired")
    assert expired[:2] == (400, "InvalidInput")
    iam.delete_user(UserName=other)


def test_when_a_key_was_used(iam: Any, server: Server, user: str, keys: Keys) -> None:
    def last_used() -> tuple[str, dict[str, Any]]:
        answer = iam.get_access_key_last_used(AccessKeyId=keys.access_key_id)
        return answer["UserName"], answer["AccessKeyLastUsed"]

    assert last_used() == (user, {"ServiceName": "N/A", "Region": "N/A"})
    began = datetime.now(UTC).replace(microsecond=0)
    server.boto3("sts", region="eu-west-1", keys=keys).get_caller_identity()
    name, first = last_used()
    assert (name, first["ServiceName"], first["Region"]) == (user, "sts", "eu-west-1")
    assert began <= first["LastUsedDate"] <= datetime.now(UTC)
    with pytest.raises(ClientError, match="AccessDenied"):
        server.boto3("ecr", region="us-west-2", keys=keys).describe_repositories()
    assert last_used() == (user, first), "noted more than once a minute"


def test_nobody_learns_of_keys_of_others(iam: Any, refused: Refused) -> None:
    status, code, message = refused(iam.get_access_key_last_used, AccessKeyId="AKIA" + "A" * 16)
    assert (status, code) == (403, "AccessDenied")
    assert message.endswith(f"iam:GetAccessKeyLastUsed on resource: access key AKIA{'A' * 16}")


def test_nobody_without_the_right_learns_whose_a_key_is(server: Server, keys: Keys, refused: Refused) -> None:
    """A key of a user, one of the root, and none at all: the words are the same."""
    hers = server.boto3("iam", keys=keys)
    messages = {
        refused(hers.get_access_key_last_used, AccessKeyId=key)[2].replace(key, "KEY")
        for key in (keys.access_key_id, server.keys.access_key_id, "AKIA" + "A" * 16)
    }
    (message,) = messages
    assert message.endswith("iam:GetAccessKeyLastUsed on resource: access key KEY")


def test_the_root_makes_keys_of_its_own(start: Any, refused: Refused) -> None:
    server: Server = start()
    iam = server.boto3("iam")
    made = iam.create_access_key()["AccessKey"]
    second = Keys(made["AccessKeyId"], made["SecretAccessKey"])
    assert server.boto3("sts", keys=second).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
    assert refused(iam.create_access_key)[1] == "LimitExceeded"
    listed = {key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]}
    assert listed == {second.access_key_id, server.keys.access_key_id}
    iam.delete_access_key(AccessKeyId=second.access_key_id)
    assert refused(server.boto3("sts", keys=second).get_caller_identity) == UNKNOWN
    secret = made["SecretAccessKey"].encode()
    server.stop()
    stored = [path for path in server.data.rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if secret in path.read_bytes()], "a secret lies about unsealed"


def _password_once_allowed(server: Server, keys: Keys) -> str:
    """A new policy counts within a second in every process."""
    deadline = datetime.now(UTC).timestamp() + 2
    while True:
        try:
            return server.password(keys=keys)
        except ClientError:
            if datetime.now(UTC).timestamp() > deadline:
                raise
