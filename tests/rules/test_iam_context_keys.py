"""Which condition keys policies look at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.document import Policy, parse_policy
from entrepot.rules.iam_context_keys import context_keys

KEYS = ["aws:username", "aws:PrincipalTag/team", "ecr:ResourceTag/a.b", "AWS:UserName", "aws:SourceIp"]
ARN = "arn:aws:ecr:*:*:repository/"


def policy(resource: str = "*", version: str = "2012-10-17", **condition: Any) -> Policy:
    statement = {"Effect": "Allow", "Action": "ecr:*", "Resource": resource}
    return parse_policy(
        json.dumps({"Version": version, "Statement": [{**statement, "Condition": condition}]}), "identity"
    )


@given(st.lists(st.sampled_from(KEYS)), st.lists(st.sampled_from(KEYS)), st.lists(st.sampled_from(KEYS)))
def test_every_key_once(conditions: list[str], resources: list[str], values: list[str]) -> None:
    policies = [
        *(policy(StringLike={key: "x"}) for key in conditions),
        *(policy(f"{ARN}${{{key}}}/*") for key in resources),
        *(policy(StringEquals={"aws:userid": ["y", f"a${{{key}, 'none'}}b"]}) for key in values),
    ]
    found = context_keys(policies)
    wanted = {*conditions, *resources, *values, *(["aws:userid"] if values else [])}
    assert {key.lower() for key in found} == {key.lower() for key in wanted}
    assert len({key.lower() for key in found}) == len(found)
    assert found == sorted(found)
    assert set(found) <= wanted


@pytest.mark.parametrize(
    ("resource", "version"), [(f"{ARN}${{*}}${{?}}${{$}}", "2012-10-17"), (f"{ARN}${{aws:username}}", "2008-10-17")]
)
def test_what_is_no_variable(resource: str, version: str) -> None:
    assert context_keys([policy(resource, version)]) == []
