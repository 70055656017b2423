from __future__ import annotations

from typing import Any

import pytest

from entrepot.rules.iam.finding import LEFT_OUT
from tests.rules.iam.build import HOME, repository, statement
from tests.rules.iam.linting import LOGIN, codes, findings, of_identity, suggested

PULL = "ecr:BatchGetImage"


@pytest.mark.parametrize("action", [PULL, "ecr:PutImage", ["ecr:BatchGet*"], "ecr:UploadLayerPart"])
def test_a_login_is_missing(action: Any) -> None:
    (found,) = findings("identity", statement(action=action))
    assert (found.code, found.severity, found.statement) == ("missing-login", "warning", None)
    assert suggested(found) == LOGIN


def test_a_login_for_one_repository() -> None:
    for actions in (["ecr:GetAuthorizationToken"], ["ecr:GetAuthorizationToken", PULL]):
        (found,) = findings("identity", statement(action=actions, resource=repository()))
        assert (found.code, found.severity) == ("login-resource", "error")
        assert suggested(found) == LOGIN


def test_logins_that_are_there_or_not_needed() -> None:
    assert codes("identity", statement(action=[PULL, "ecr:GetAuthorizationToken"])) == []
    assert codes("identity", statement(action=PULL), LOGIN) == []
    assert codes("identity", statement(action="ecr:DescribeImages")) == []
    assert codes("identity", statement("Deny", PULL)) == []
    assert codes("boundary", statement(action=PULL)) == []
    assert "missing-login" in codes("identity", statement(action="ecr:*", resource=repository()))


@pytest.mark.parametrize(
    ("action", "nearest"),
    [
        ("ecr:GetImage", None),
        ("ecr:BatchDeleteImages", "ecr:BatchDeleteImage"),
        ("ecr:batchgetimages", "ecr:BatchGetImage"),
        ("ecr:Push*", None),
        ("sts:AssumeRoleWithOIDC", None),
        ("ecr-public:PutImages", "ecr-public:PutImage"),
    ],
)
def test_actions_that_do_not_exist(action: str, nearest: str | None) -> None:
    (found,) = findings("identity", statement(action=["s3:GetObject", action]))
    assert (found.code, found.severity) == ("unknown-action", "error")
    assert f"there is no action {action}" in found.why
    assert suggested(found)["Action"] == ["s3:GetObject", *([nearest] if nearest else [])]


def test_all_that_is_wrong_with_actions_is_one_finding() -> None:
    (found,) = findings("identity", statement(action=[f"sts:Nothing{number}" for number in range(9)]))
    assert found.suggestion == LEFT_OUT
    assert "there is no action sts:Nothing3, and 5 more" in found.why
    (found,) = findings("identity", {"Effect": "Deny", "NotAction": "ecr:Nothing", "Resource": "*"})
    assert suggested(found) == statement("Deny", "*")


def test_actions_that_exist_or_are_not_known_about() -> None:
    actions = ["ecr:BATCHGETIMAGE", "ecr:*Policy*", "sts:*", "s3:Anything", "kms:decrypt"]
    assert "unknown-action" not in of_identity(statement(action=actions))
    assert "unknown-action" in codes("identity", statement("Deny", "ecr:DeleteImage"))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::bucket/*",
        f"arn:aws:ecr:us-east-1:{HOME}:prod/app",
        f"arn:aws:ecr:us-east-1:{HOME}:repository",
        f"arn:aws:ecr:us-east-1:{HOME}:repository/",
        "arn:aws:ecr:us-east-1:1234-5678-9012:repository/app",
        "arn:aws:ecr::111111111111:repository/app",
        "arn:aws:ecr-public:us-east-1:111111111111:repository/app",
        "arn:aws:s3*",
    ],
)
def test_resources_that_no_repository_is(resource: str) -> None:
    (found,) = findings("identity", LOGIN, statement(action=PULL, resource=resource))
    assert (found.code, found.severity, found.statement) == ("never-applies", "error", 1)
    assert resource in found.why
    assert found.suggestion == LEFT_OUT
    (found,) = findings("identity", LOGIN, statement(action=PULL, resource=[resource, repository()]))
    assert found.severity == "warning"
    assert suggested(found)["Resource"] == [repository()]


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        repository(),
        "arn:aws:ecr:*",
        "arn:aws:ecr:*:*:*",
        "arn:*:ecr:*:*:rep*",
        "arn:aws:ecr:*:11*:repository/${x:y}",
    ],
)
def test_resources_that_a_repository_may_be(resource: str) -> None:
    assert of_identity(statement(action=PULL, resource=resource)) == []


def test_other_services_have_other_resources() -> None:
    assert of_identity(statement(action=[PULL, "s3:GetObject"], resource="arn:aws:s3:::bucket/*")) == []
    assert (
        of_identity(statement(action="ecr-public:PutImage", resource=f"arn:aws:ecr-public::{HOME}:repository/x")) == []
    )


def test_actions_of_the_registry_need_the_asterisk() -> None:
    (found,) = findings("identity", statement(action=["ecr:DescribeRegistry", "ecr:ListImages"], resource=repository()))
    assert (found.code, found.severity) == ("never-applies", "error")
    assert suggested(found)["Action"] == ["ecr:ListImages"]
    assert codes("identity", statement(action="ecr:DescribeRegistry")) == []


def test_what_a_repository_s_policy_cannot_give() -> None:
    allowing = {"Effect": "Allow", "Principal": {"AWS": HOME}}
    for action in ("ecr:GetAuthorizationToken", "ecr:PutRegistryPolicy", "s3:*"):
        (found,) = findings("resource", allowing | {"Action": action})
        assert (found.code, found.severity, found.suggestion) == ("never-applies", "error", LEFT_OUT)
    assert codes("resource", allowing | {"Action": ["ecr:BatchGetImage", "ecr:SetRepositoryPolicy"]}) == []


@pytest.mark.parametrize(
    ("denial", "overruled"),
    [
        (statement("Deny", "*"), True),
        (statement("Deny", "ecr:*"), True),
        (statement("Deny", "ecr:Batch*"), True),
        (statement("Deny", "ecr:*", repository("*")), True),
        (statement("Deny", "ecr:*", repository("prod/*")), False),
        (statement("Deny", "ecr:BatchGetImage"), False),
        (statement("Deny", "ecr:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        ({"Effect": "Deny", "NotAction": "ecr:Put*", "Resource": "*"}, False),
    ],
)
def test_allowances_that_a_denial_takes_back(denial: dict[str, Any], *, overruled: bool) -> None:
    actions = ["ecr:BatchGetImage", "ecr:BatchDeleteImage"]
    found = findings("identity", statement(action=actions, resource=repository("*")), denial)
    why = [each.why for each in found if each.code == "never-applies"]
    assert why == (["statement 1: statement 2 denies all that it allows: take one of them out"] if overruled else [])


def test_a_denial_of_others_takes_nothing_back() -> None:
    allowing = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "ecr:PutImage"}
    denying = {"Effect": "Deny", "Principal": {"AWS": "222222222222"}, "Action": "*"}
    assert codes("resource", allowing, denying) == []
    for everyone in ("*", {"AWS": HOME}):
        assert codes("resource", allowing, denying | {"Principal": everyone}) == ["never-applies"]
    excepting = {"Effect": "Deny", "NotPrincipal": "*", "Action": "*"}
    assert codes("resource", allowing, excepting) == ["not-principal"]


def test_findings_stand_in_the_order_of_the_statements() -> None:
    found = findings(
        "identity", statement(action="ecr:Push"), statement(action=["ecr:Batch*"]), statement(action="ecr:No")
    )
    assert [each.statement for each in found] == [0, 1, 2, None]
