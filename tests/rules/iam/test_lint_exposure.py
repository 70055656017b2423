from __future__ import annotations

from typing import Any

import pytest

from entrepot.rules.iam.document import Kind
from entrepot.rules.iam.finding import LEFT_OUT
from tests.rules.iam.build import HOME, Json, statement, user
from tests.rules.iam.linting import LOGIN, codes, findings, of_identity, suggested

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def open_to(principal: Any, action: Any = PULL, effect: str = "Allow", **more: Any) -> Json:
    return {"Effect": effect, "Principal": principal, "Action": action, **more}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [HOME, "*"]}])
def test_public_access(principal: Any) -> None:
    (found,) = findings("resource", open_to(principal))
    assert (found.code, found.severity, found.statement) == ("public-access", "warning", 0)
    assert found.why.endswith("lets anyone on the network pull; name accounts, or narrow it by a condition")
    assert suggested(found) == open_to({"AWS": f"arn:aws:iam::{HOME}:root"})


def test_public_access_says_what_else_it_gives() -> None:
    (found,) = findings("resource", open_to("*", [*PULL, "ecr:PutImage", "ecr:ListImages"], Sid="all of it"))
    assert found.why.startswith("statement 1 'all of it': ")
    assert "lets anyone on the network pull, and every AWS account do ecr:ListImages, ecr:PutImage;" in found.why
    (found,) = findings("resource", open_to("*", ["ecr:PutImage", "ecr:ListImages"]))
    assert "lets every AWS account do ecr:ListImages, ecr:PutImage;" in found.why
    found = findings("resource", open_to("*", "ecr:*"))[0]
    assert "ecr:BatchImportUpstreamImage, ecr:CompleteLayerUpload, and " in found.why


def test_a_registry_policy_lets_in_nobody_without_credentials() -> None:
    found = findings("registry", open_to("*", Resource="*"))
    (why,) = [each.why for each in found if each.code == "public-access"]
    assert "lets every AWS account do ecr:BatchGetImage, ecr:GetDownloadUrlForLayer;" in why


def test_a_role_that_everyone_may_assume() -> None:
    (found,) = findings("trust", open_to("*", "sts:AssumeRole"))
    assert (found.code, found.severity) == ("public-access", "warning")
    assert "lets every AWS account assume the role;" in found.why


ISSUER = "token.actions.githubusercontent.com"
PROVIDER = {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{ISSUER}"}
AUDIENCE = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}


@pytest.mark.parametrize(
    "condition",
    [
        {},
        AUDIENCE,
        {"StringLike": {f"{ISSUER}:sub": "*"}},
        {"StringLikeIfExists": {f"{ISSUER}:sub": "repo:us/app:*"}},
        {"StringNotEquals": {f"{ISSUER}:sub": "repo:them/app"}},
        {"Null": {f"{ISSUER}:sub": "false"}},
    ],
)
def test_an_issuer_s_every_subject(condition: Json) -> None:
    trust = open_to(PROVIDER, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    (found,) = findings("trust", trust)
    assert (found.code, found.severity) == ("open-federation", "warning")
    better = suggested(found)["Condition"]
    assert better["StringLike"][f"{ISSUER}:sub"] == "repo:ORGANISATION/REPOSITORY:*"
    assert {name for name in condition if name != "StringLike"} <= set(better)


def test_an_issuer_s_named_subjects() -> None:
    subject = {"StringLike": {f"{ISSUER}:sub": ["repo:us/app:ref:refs/heads/main"]}}
    assert codes("trust", open_to(PROVIDER, "sts:AssumeRoleWithWebIdentity", Condition=AUDIENCE | subject)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalAccount": HOME}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}},
        {"IpAddress": {"AWS:SourceIp": "192.0.2.0/24"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalTag/team": "a*"}},
    ],
)
def test_a_condition_narrows(condition: Json) -> None:
    assert codes("resource", open_to("*", Condition=condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"aws:PrincipalAccount": HOME}},
        {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}},
        {"Null": {"aws:PrincipalArn": "false"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/0", "192.0.2.0/24"]}},
        {"StringLike": {"aws:PrincipalAccount": "*"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_a_condition_that_does_not(condition: Json) -> None:
    assert "public-access" in codes("resource", open_to("*", Condition=condition))


def test_denials_and_names_are_no_public_access() -> None:
    assert codes("resource", open_to("*", effect="Deny")) == []
    assert codes("resource", open_to({"AWS": [HOME, user().arn]})) == []


def test_not_principal() -> None:
    names = [HOME, user().arn]
    (found,) = findings("resource", {"Effect": "Deny", "NotPrincipal": {"AWS": names}, "Action": "ecr:PutImage"})
    assert (found.code, found.severity) == ("not-principal", "warning")
    arns = [user().arn, f"arn:aws:iam::{HOME}:root"]
    condition = {"ArnNotEquals": {"aws:PrincipalArn": arns}}
    assert suggested(found) == open_to("*", "ecr:PutImage", "Deny", Condition=condition)


@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ({"Service": "ecr.amazonaws.com"}, {"StringNotEquals": {"aws:PrincipalServiceName": ["ecr.amazonaws.com"]}}),
        ({"AWS": HOME}, {"StringNotEquals": {"aws:PrincipalAccount": [HOME]}}),
        (
            {"AWS": f"arn:aws:sts::{HOME}:assumed-role/ci/run-1"},
            {"ArnNotEquals": {"aws:PrincipalArn": [f"arn:aws:iam::{HOME}:role/ci"]}},
        ),
        ({"AWS": "AROAEXAMPLEEXAMPLE00"}, {"StringNotLike": {"aws:userid": ["AROAEXAMPLEEXAMPLE00:*"]}}),
    ],
)
def test_not_principal_by_other_keys(principal: Json, condition: Json) -> None:
    narrow = {"Bool": {"aws:SecureTransport": "false"}}
    denial = {"Effect": "Deny", "NotPrincipal": principal, "Action": "ecr:PutImage", "Condition": narrow}
    (found,) = findings("resource", denial)
    assert suggested(found) == open_to("*", "ecr:PutImage", "Deny", Condition=narrow | condition)


def test_not_principal_for_everyone_denies_nobody() -> None:
    (found,) = findings("resource", {"Effect": "Deny", "NotPrincipal": "*", "Action": "ecr:PutImage"})
    assert found.suggestion == LEFT_OUT


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("ecr:*", ["wide-grant"]),
        ("*", ["wide-grant"]),
        ("ecr:Batch*", ["wide-grant"]),
        ("ecr:Set*", ["wide-grant"]),
        ("ecr:Put*", ["wide-grant"]),
        (["ecr:Get*", "ecr:Describe*", "ecr:List*"], []),
        ("s3:*", []),
        ("ecr:SetRepositoryPolicy", []),
        ("ecr:BatchDeleteImage", []),
    ],
)
def test_wildcards_that_grant_more_than_meant(action: Any, expected: list[str]) -> None:
    assert of_identity(statement(action=action)) == expected


def test_a_wildcard_is_spelt_out() -> None:
    found = findings("identity", LOGIN, statement(action=["ecr:Batch*", "ecr:Get*", "s3:*"]))
    assert [each.code for each in found] == ["wide-grant"]
    assert "also allows what deletes (ecr:BatchDeleteImage)" in found[0].why
    spelt_out = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:BatchGetRepositoryScanningConfiguration",
        "ecr:BatchImportUpstreamImage",
    ]
    assert suggested(found[0]) == statement(action=[*spelt_out, "ecr:Get*", "s3:*"])


def test_everything_is_spelt_out_by_its_verbs() -> None:
    (found,) = findings("identity", statement(action="ecr:*"))
    assert found.why.endswith(
        "ecr:PutLifecyclePolicy) and what changes who may do what (ecr:DeleteRegistryPolicy, "
        "ecr:DeleteRepositoryPolicy, ecr:PutAccountSetting, ecr:PutRegistryPolicy, ecr:SetRepositoryPolicy)"
    )
    actions = suggested(found)["Action"]
    assert {"ecr:Get*", "ecr:Describe*", "ecr:List*", "ecr:PutImage", "ecr:BatchGetImage"} <= set(actions)
    assert not {"ecr:Put*", "ecr:Batch*", "ecr:Delete*", "ecr:SetRepositoryPolicy"} & set(actions)
    (found,) = findings("identity", statement(action="*"))
    assert set(actions) < set(suggested(found)["Action"])


def test_what_not_action_leaves_out() -> None:
    (found,) = findings("identity", LOGIN, {"Effect": "Allow", "NotAction": "ecr:DeleteRepository", "Resource": "*"})
    left_out = suggested(found)["NotAction"]
    assert left_out[0] == "ecr:DeleteRepository"
    assert {"ecr:BatchDeleteImage", "ecr:SetRepositoryPolicy"} < set(left_out)


@pytest.mark.parametrize("kind", ["boundary", "identity"])
def test_a_denial_or_a_limit_may_be_wide(kind: Kind) -> None:
    assert codes(kind, statement("Deny")) == []
    assert codes("boundary", statement()) == []


def test_a_pusher_that_can_delete() -> None:
    push = ["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:BatchDeleteImage"]
    (found,) = findings("identity", LOGIN, statement(action=push))
    assert (found.code, found.severity, found.statement) == ("push-can-delete", "warning", 1)
    assert suggested(found) == statement(action=push[:2])
    split = findings("identity", LOGIN, statement(action=push[:2]), statement(action=push[2:]))
    assert [(each.code, each.statement, each.suggestion) for each in split] == [("push-can-delete", 2, LEFT_OUT)]


def test_deleting_without_pushing_is_a_job_of_its_own() -> None:
    assert of_identity(statement(action=["ecr:BatchDeleteImage", "ecr:ListImages"])) == []
    assert of_identity(statement("Deny", ["ecr:BatchDeleteImage"]), statement(action="ecr:PutImage")) == []
