from __future__ import annotations

from typing import Any

import pytest

from entrepot.rules.iam.finding import LEFT_OUT
from tests.rules.iam.build import HOME, repository, statement
from tests.rules.iam.linting import LOGIN, codes, findings, of_identity, suggested, with_condition


@pytest.mark.parametrize(
    ("operator", "key", "code", "outcome"),
    [
        ("StringEquals", "aws:SourceIpp", "unknown-key", "the statement never applies"),
        ("StringNotEquals", "ecr:Repository", "unknown-key", "the condition keeps nothing out"),
        ("StringEquals", "aws:PrincipalTag", "unknown-key", "the statement never applies"),
        ("Bool", "aws:MultiFactorAuthPresent", "key-never-there", "the statement never applies"),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", "key-never-there", "the condition keeps nothing out"),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "key-never-there", "the statement never applies"),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", "key-never-there", "the condition keeps nothing out"),
        ("StringEquals", "aws:RequestTag/team", "key-never-there", "the statement never applies"),
        ("StringEquals", "ecr:AccountSetting", "key-never-there", "the statement never applies"),
        ("Null", "aws:SourceVpc", "key-never-there", "the condition keeps nothing out"),
    ],
)
def test_keys_that_are_never_there(operator: str, key: str, code: str, outcome: str) -> None:
    found = findings("identity", LOGIN, with_condition(**{operator: {key: "true"}}))
    found = [each for each in found if each.code != "empty-set-passes"]
    assert [(each.code, each.severity) for each in found] == [(code, "error")]
    assert key in found[0].why
    assert found[0].why.endswith(outcome)
    if "is the nearest" not in found[0].why:
        kept = outcome == "the condition keeps nothing out"
        assert "Condition" not in suggested(found[0]) if kept else found[0].suggestion == LEFT_OUT


def test_the_nearest_key_is_named() -> None:
    (found,) = findings("identity", LOGIN, with_condition(StringEquals={"aws:SourceVpcee": "x"}))
    assert "aws:sourcevpce is the nearest there is" in found.why
    assert suggested(found)["Condition"] == {"StringEquals": {"aws:sourcevpce": "x"}}


@pytest.mark.parametrize(
    ("action", "condition"),
    [
        ("ecr:CreateRepository", {"StringEquals": {"aws:RequestTag/team": "a"}}),
        ("ecr:TagResource", {"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}}),
        ("ecr:PutAccountSetting", {"StringEquals": {"ecr:AccountSetting": "REGISTRY_POLICY_SCOPE"}}),
        ("ecr:PutImage", {"StringEquals": {"ecr:ResourceTag/team": "a", "aws:ResourceTag/team": "a"}}),
        ("ecr:PutImage", {"StringEquals": {"aws:PrincipalTag/team": "a"}, "Bool": {"aws:SecureTransport": "true"}}),
        ("ecr:PutImage", {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}, "Null": {"aws:SourceVpce": "false"}}),
        ("s3:GetObject", {"StringLike": {"s3:prefix": "home/*"}}),
        ("s3:GetObject", {"StringEquals": {"aws:RequestTag/x": "y"}}),
    ],
)
def test_keys_that_may_be_there(action: str, condition: dict[str, Any]) -> None:
    assert of_identity(statement(action=action, Condition=condition)) == []


def test_trust_policies_have_keys_of_their_issuer() -> None:
    issuer = "token.actions.githubusercontent.com"
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}, "StringLike": {f"{issuer}:sub": "repo:a/b:*"}}
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{issuer}"},
        "Condition": condition,
    }
    assert codes("trust", trust) == []


def test_a_key_with_several_values_needs_a_set_operator() -> None:
    tagging = statement(
        action="ecr:TagResource", Condition={"StringEquals": {"aws:TagKeys": "team", "aws:userid": "x"}}
    )
    (found,) = findings("identity", tagging)
    assert (found.code, found.severity) == ("key-needs-set-operator", "error")
    assert suggested(found)["Condition"] == {
        "StringEquals": {"aws:userid": "x"},
        "ForAnyValue:StringEquals": {"aws:TagKeys": "team"},
    }
    assert of_identity(statement(action="ecr:TagResource", Condition={"Null": {"aws:TagKeys": "true"}})) == []


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("DateLessThan", "aws:CurrentTime", "01/02/2030"),
        ("NumericLessThan", "aws:EpochTime", "soon"),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/33"),
        ("NotIpAddress", "aws:SourceIp", "*"),
        ("ArnLike", "aws:PrincipalArn", "*"),
        ("ArnEquals", "aws:PrincipalArn", "role/ci"),
        ("Bool", "aws:SecureTransport", "yes"),
        ("Null", "aws:SourceVpce", "no"),
        ("BinaryEquals", "aws:SourceVpce", "?"),
    ],
)
def test_values_of_the_wrong_kind(operator: str, key: str, value: str) -> None:
    (found,) = findings("identity", LOGIN, with_condition(**{operator: {key: value}}))
    assert (found.code, found.severity) == ("value-never-matches", "error")
    assert f"'{value}'" in found.why
    if operator == "NotIpAddress":
        assert suggested(found)["Condition"] == {"Null": {key: "true"}}, "it holds without the key only"
    else:
        assert found.suggestion == LEFT_OUT


def test_the_other_values_stay() -> None:
    (found,) = findings("identity", LOGIN, with_condition(IpAddress={"aws:SourceIp": ["10.0.0.0/8", "10.0.0.0/99"]}))
    assert suggested(found)["Condition"] == {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}
    assert codes("identity", LOGIN, suggested(found)) == []


def test_two_conditions_stay_two() -> None:
    """What the wildcard is for is already asked of the same key: there is no saying both with one operator."""
    condition = {"StringEquals": {"aws:userid": "A*"}, "StringLike": {"aws:userid": "*:x"}}
    (found,) = findings("identity", LOGIN, with_condition(**condition))
    assert (found.code, found.suggestion) == ("value-never-matches", None)


@pytest.mark.parametrize(
    ("operator", "key", "value", "better"),
    [
        ("StringEquals", "aws:userid", "AROA*", "StringLike"),
        ("StringNotEquals", "aws:userid", "AROA?", "StringNotLike"),
        ("ForAnyValue:StringEqualsIfExists", "aws:PrincipalTag/team", "a*", "ForAnyValue:StringLikeIfExists"),
        ("StringEqualsIgnoreCase", "aws:username", "a*", "StringLike"),
        ("StringEquals", "aws:SourceIp", "192.0.2.0/24", "IpAddress"),
        ("StringNotLike", "aws:SourceIp", "192.0.2.0/24", "NotIpAddress"),
    ],
)
def test_values_for_another_operator(operator: str, key: str, value: str, better: str) -> None:
    (found,) = findings("identity", LOGIN, with_condition(**{operator: {key: [value]}}))
    assert found.code == "value-never-matches"
    assert suggested(found) == with_condition(**{better: {key: [value]}})


def test_values_that_may_match() -> None:
    conditions = {"StringLike": {"aws:userid": "A*"}, "StringEquals": {"aws:UserAgent": "a${*}b", "aws:userid": "x/y"}}
    assert of_identity(with_condition(**conditions)) == []


def test_variables_of_the_older_version_stand_for_themselves() -> None:
    using = [
        statement(action="ecr:DescribeImages", resource=repository("${aws:username}/*")),
        statement(action="ecr:ListImages", Condition={"StringEquals": {"aws:ResourceTag/o": "${aws:username, 'x'}"}}),
    ]
    found = findings("identity", *using, version="2008-10-17")
    assert [(each.code, each.severity, each.statement) for each in found] == [("variable-never-matches", "error", None)]
    assert suggested(found[0]) == {"Version": "2012-10-17", "Statement": using}
    assert codes("identity", *using) == []


def test_variables_stand_in_the_resource_segment() -> None:
    (found,) = findings(
        "identity", statement(action="ecr:ListImages", resource="arn:aws:ecr:*:${aws:PrincipalAccount}:repository/*")
    )
    assert (found.code, found.suggestion) == ("variable-never-matches", LEFT_OUT)


def test_a_denial_without_effect_where_a_variable_has_no_value() -> None:
    differing = {"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    denial = statement("Deny", "ecr:PutImage", Condition=differing)
    (found,) = findings("identity", denial)
    assert (found.code, found.severity) == ("variable-may-be-absent", "warning")
    assert "aws:principaltag/team" in found.why
    default = {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'none'}"}
    assert suggested(found)["Condition"] == {"StringNotEquals": default}
    differing["StringNotEquals"]["aws:ResourceTag/team"] = "${aws:PrincipalTag/team, 'none'}"
    assert codes("identity", denial) == []
    assert codes("identity", statement("Deny", "ecr:PutImage", repository("${aws:userid}/*"))) == []
    assert codes("identity", statement("Deny", "ecr:PutImage", repository("${aws:username}/*"))) == [
        "variable-may-be-absent"
    ]


def test_an_empty_set_passes() -> None:
    tagging = statement(
        action="ecr:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}}
    )
    (found,) = findings("identity", tagging)
    assert (found.code, found.severity) == ("empty-set-passes", "warning")
    better = suggested(found)
    assert better["Condition"]["Null"] == {"aws:TagKeys": "false"}
    assert codes("identity", better) == []
    assert codes("identity", tagging | {"Effect": "Deny"}) == []
