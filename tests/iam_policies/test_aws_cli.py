"""The AWS CLI, as an administrator types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.iam_policies.conftest import EVERYONE, PULL
from tests.support.clients.aws_cli import AwsCli
from tests.support.server import Server


@pytest.fixture
def cli(server: Server, tmp_path: Path) -> Callable[..., Any]:
    """Runs `aws iam ...` and returns its output, parsed."""
    aws = AwsCli(tmp_path, server.aws_env)

    def run(*words: str) -> Any:
        output = aws.run("iam", *words, "--output", "json")
        return json.loads(output) if output.strip() else None

    return run


def test_a_role_with_a_policy_from_first_to_last(cli: Callable[..., Any], new: Callable[[], str]) -> None:
    name = new()
    arn = cli("create-policy", "--policy-name", name, "--policy-document", PULL)["Policy"]["Arn"]
    role = cli("create-role", "--role-name", name, "--assume-role-policy-document", EVERYONE)["Role"]
    cli("attach-role-policy", "--role-name", name, "--policy-arn", arn)
    attached = cli("list-attached-role-policies", "--role-name", name)["AttachedPolicies"]
    assert attached == [{"PolicyName": name, "PolicyArn": arn}]
    shown = cli("get-policy-version", "--policy-arn", arn, "--version-id", "v1")["PolicyVersion"]
    assert shown["Document"] == json.loads(PULL)
    asked = ("--policy-source-arn", role["Arn"], "--action-names", "ecr:BatchGetImage", "ecr:PutImage")
    answer = cli("simulate-principal-policy", *asked)["EvaluationResults"]
    assert [each["EvalDecision"] for each in answer] == ["allowed", "implicitDeny"]
    cli("detach-role-policy", "--role-name", name, "--policy-arn", arn)
    cli("delete-role", "--role-name", name)
    cli("delete-policy", "--policy-arn", arn)
