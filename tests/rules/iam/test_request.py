from __future__ import annotations

import pytest

from entrepot.rules.iam.request import ANONYMOUS, AccessRequest, PrincipalFacts, keys_of, principal_keys
from tests.rules.iam import build
from tests.rules.iam.build import HOME

TYPE, SERVICE = "aws:PrincipalType", "aws:PrincipalIsAWSService"


@pytest.mark.parametrize(
    ("principal", "keys"),
    [
        (
            build.user("bob", team="prod"),
            {
                TYPE: "User",
                SERVICE: "false",
                "aws:PrincipalArn": f"arn:aws:iam::{HOME}:user/bob",
                "aws:PrincipalAccount": HOME,
                "aws:PrincipalTag/team": "prod",
                "aws:userid": build.user("bob").unique_id,
                "aws:username": "bob",
            },
        ),
        (
            build.role("ci", "s1"),
            {
                TYPE: "AssumedRole",
                SERVICE: "false",
                "aws:PrincipalArn": f"arn:aws:iam::{HOME}:role/ci",
                "aws:PrincipalAccount": HOME,
                "aws:userid": f"{build.role('ci').unique_id}:s1",
            },
        ),
        (
            build.root(),
            {
                TYPE: "Account",
                SERVICE: "false",
                "aws:PrincipalArn": f"arn:aws:iam::{HOME}:root",
                "aws:PrincipalAccount": HOME,
                "aws:userid": HOME,
            },
        ),
        (
            build.service(),
            {TYPE: "Service", SERVICE: "true", "aws:PrincipalServiceName": "replication.ecr.amazonaws.com"},
        ),
        (ANONYMOUS, {TYPE: "Anonymous", SERVICE: "false", "aws:userid": "anonymous"}),
        (build.federated(), {TYPE: "FederatedUser", SERVICE: "false", "aws:PrincipalAccount": HOME}),
    ],
)
def test_keys_follow_from_who_asks(principal: PrincipalFacts, keys: dict[str, str]) -> None:
    assert principal_keys(principal) == keys


@pytest.mark.parametrize("key", ["aws:username", "AWS:PrincipalTag/Team", "aws:PrincipalArn", "aws:resourceaccount"])
def test_a_context_does_not_say_who_asks(key: str) -> None:
    for principal in (build.user(), build.role(), ANONYMOUS):
        request = AccessRequest(principal, "ecr:PutImage", "*", HOME, {key: "forged"})
        assert "forged" not in {*keys_of(request).exact.values(), *keys_of(request).folded.values()}


def test_a_tag_is_found_in_any_case_but_exactly_first() -> None:
    context = {"aws:ResourceTag/Env": "a", "aws:ResourceTag/env": "b"}
    keys = keys_of(AccessRequest(build.user(), "ecr:PutImage", "*", HOME, context))
    assert keys.value("aws:ResourceTag/Env", "aws:resourcetag/env") == "a"
    assert keys.value("aws:ResourceTag/env", "aws:resourcetag/env") == "b"
    assert keys.value("aws:ResourceTag/ENV", "aws:resourcetag/env") in {"a", "b"}
    assert keys.value("aws:ResourceTag/x", "aws:resourcetag/x") is None


def test_the_resource_s_account_is_a_key() -> None:
    keys = keys_of(AccessRequest(build.user(), "ecr:PutImage", "*", "222222222222"))
    assert keys.single("aws:resourceaccount") == "222222222222"


def test_several_values_are_none_for_a_variable() -> None:
    keys = keys_of(build.request(aws__TagKeys=("a",), aws__Empty=()))
    assert keys.single("aws:tagkeys") is None
    assert keys.value("aws:TagKeys", "aws:tagkeys") == ("a",)
    assert keys.value("aws:Empty", "aws:empty") is None
