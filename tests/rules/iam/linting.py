"""What the lint finds, in few words."""

from __future__ import annotations

import json
from typing import Any

from entrepot.rules.iam.document import Kind
from entrepot.rules.iam.finding import Finding
from entrepot.rules.iam.lint import lint
from tests.rules.iam.build import HOME, Json, policy, statement

LOGIN = statement(action="ecr:GetAuthorizationToken")


def findings(kind: Kind, *statements: Json, version: str = "2012-10-17") -> list[Finding]:
    return list(lint(policy(kind, *statements, version=version), HOME))


def codes(kind: Kind, *statements: Json, version: str = "2012-10-17") -> list[str]:
    return [each.code for each in findings(kind, *statements, version=version)]


def of_identity(*statements: Json) -> list[str]:
    """What is found in a policy that lets its principal log in, besides."""
    return codes("identity", LOGIN, *statements)


def with_condition(**condition: Any) -> Json:
    """An allowance to pull from some repositories under a condition."""
    return statement(action="ecr:BatchGetImage", resource="arn:aws:ecr:*:*:repository/prod/*", Condition=condition)


def suggested(found: Finding) -> Json:
    assert found.suggestion is not None
    return json.loads(found.suggestion)
