from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.public import opens_to_everyone
from entrepot.rules.iam.request import ANONYMOUS
from tests.rules.iam import build
from tests.rules.iam.build import HOME

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]


def opens(*statements: dict[str, Any]) -> bool:
    return opens_to_everyone(parse_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}), "resource"))


def grant(principal: Any, action: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": action, **more}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [HOME, "*"]}])
@pytest.mark.parametrize("action", [*PULL, "ecr:*", "*", "ECR:batchget*", ["ecr:PutImage", PULL[0]]])
def test_open(principal: Any, action: Any) -> None:
    assert opens(grant(principal, action))
    assert opens(grant({"AWS": HOME}, "*"), grant(principal, action))
    assert opens(grant(principal, action, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    assert not opens(grant(principal, action, "Deny"))


@pytest.mark.parametrize(
    "statement",
    [
        grant({"AWS": HOME}, "*"),
        grant({"AWS": f"arn:aws:iam::{HOME}:role/ci"}, PULL),
        grant({"Service": "codebuild.amazonaws.com"}, PULL),
        grant("*", ["ecr:ListImages", "ecr:DescribeImages", "ecr:PutImage"]),
    ],
)
def test_closed(statement: dict[str, Any]) -> None:
    assert not opens(statement)


STATEMENTS = st.builds(
    grant,
    st.sampled_from(["*", {"AWS": "*"}, {"AWS": HOME}, {"AWS": ["*", HOME]}, {"Service": "ecr.amazonaws.com"}]),
    st.lists(st.sampled_from([*PULL, "ecr:*", "*", "ecr:Put*", "ecr:?etDownload*", "ecr:ListImages"]), min_size=1),
    st.sampled_from(["Allow", "Deny"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_whatever_lets_nobody_in_particular_pull_is_open(statements: list[dict[str, Any]]) -> None:
    policy = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}), "resource")
    policies = PolicySet(resource=NamedPolicy("p", policy, "resource"))
    allowed = any(evaluate(build.request(ANONYMOUS, action), policies).allowed for action in PULL)
    assert opens_to_everyone(policy) or not allowed
    if all(each["Effect"] == "Allow" for each in statements):
        assert opens_to_everyone(policy) == allowed
