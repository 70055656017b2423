"""The AWS CLI's `aws iam`, as a team would set up a user for its CI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients.aws_cli import AwsCli
from tests.support.server import Keys, Server


@pytest.fixture(scope="module")
def aws(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AwsCli:
    return AwsCli(tmp_path_factory.mktemp("aws"), server.aws_env)


@pytest.fixture
def names(iam: Any) -> Iterator[tuple[str, str]]:
    user, group = "cli-user", "cli-group"
    yield user, group
    assert user not in [each["UserName"] for each in iam.list_users()["Users"]]


def test_a_user_from_the_first_key_to_the_last(aws: AwsCli, server: Server, names: tuple[str, str]) -> None:
    def call(operation: str, *words: str | Path) -> Any:
        output = aws.run("iam", operation, "--output", "json", *words)
        return json.loads(output) if output.strip() else None

    user, group = names
    named = ("--user-name", user)
    made = call("create-user", *named, "--path", "/ci/", "--tags", "Key=Team,Value=blue")["User"]
    assert made["Tags"] == [{"Key": "Team", "Value": "blue"}]
    call("create-group", "--group-name", group)
    key = call("create-access-key", *named)["AccessKey"]
    signer = Keys(key["AccessKeyId"], key["SecretAccessKey"])
    assert server.boto3("sts", keys=signer).get_caller_identity()["Arn"] == made["Arn"]
    use = call("get-access-key-last-used", "--access-key-id", signer.access_key_id)["AccessKeyLastUsed"]
    assert use["ServiceName"] == "sts"
    assert [each["UserName"] for each in call("list-users", "--max-items", "1", "--path-prefix", "/ci/")["Users"]] == [
        user
    ]
    call("delete-access-key", *named, "--access-key-id", signer.access_key_id)
    call("delete-group", "--group-name", group)
    call("delete-user", *named)
