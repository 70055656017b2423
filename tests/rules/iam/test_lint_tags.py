"""Rights that follow tags are as safe as the tags."""

from __future__ import annotations

import pytest

from tests.rules.iam.build import HOME, Json, repository, statement
from tests.rules.iam.linting import LOGIN, codes, findings, of_identity, suggested

OWN = "${aws:PrincipalTag/team}"
WORK = statement(action="ecr:PutImage", Condition={"StringEquals": {"aws:ResourceTag/team": OWN}})
TAG = "ecr:TagResource"


def tagging(**condition: Json) -> Json:
    return statement(action=TAG, Condition=condition) if condition else statement(action=TAG)


def test_whoever_tags_takes_over() -> None:
    (found,) = findings("identity", LOGIN, WORK, tagging())
    assert (found.code, found.severity, found.statement) == ("tag-takeover", "warning", 2)
    assert "rights depend on the tag 'team', and with ecr:TagResource its holder can change that tag" in found.why
    better = suggested(found)
    assert better == tagging(StringEquals={"aws:ResourceTag/team": OWN})
    assert of_identity(WORK, better) == []


def test_what_a_request_sets_is_not_what_is_there() -> None:
    claim = statement(action=["ecr:CreateRepository", TAG], Condition={"StringEquals": {"aws:RequestTag/team": OWN}})
    for others in ((WORK,), ()):
        (found,) = findings("identity", LOGIN, claim, *others)
        assert (found.code, found.statement) == ("tag-takeover", 1)
        better = suggested(found)
        assert better["Condition"]["StringEqualsIfExists"] == {"aws:ResourceTag/team": OWN}, "a new repository has none"
        assert of_identity(better, *others) == []
    assert of_identity(statement(action="ecr:CreateRepository", Condition=claim["Condition"]), WORK) == []


def test_a_tag_that_is_nobody_s_is_no_claim() -> None:
    assert of_identity(tagging(StringEquals={"aws:RequestTag/stage": ["dev", "test"]})) == []
    assert of_identity(tagging()) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"ecr:ResourceTag/Team": OWN}},
        {"StringEqualsIfExists": {"aws:ResourceTag/team": OWN}},
        {"Null": {"aws:ResourceTag/team": "true"}},
        {"Null": {"aws:RequestTag/team": "true"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]}, "Null": {"aws:TagKeys": "false"}},
        {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["team"]}, "Null": {"aws:TagKeys": "false"}},
    ],
)
def test_tagging_that_takes_nothing(condition: Json) -> None:
    assert of_identity(WORK, tagging(**condition)) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:ResourceTag/cost": OWN}},
        {"StringLike": {"aws:ResourceTag/team": "*"}},
        {"StringNotEquals": {"aws:ResourceTag/team": "platform"}},
        {"Null": {"aws:ResourceTag/team": "false"}},
        {"StringEquals": {"aws:RequestTag/team": OWN}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["cost", "team"]}, "Null": {"aws:TagKeys": "false"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_conditions_that_do_not_help(condition: Json) -> None:
    assert of_identity(WORK, tagging(**condition)) == ["tag-takeover"]


@pytest.mark.parametrize(
    "denial",
    [
        statement("Deny", [TAG, "ecr:UntagResource"], Condition={"StringNotEquals": {"aws:ResourceTag/team": "a"}}),
        statement("Deny", "ecr:Tag*", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "Team"}}),
        statement("Deny", TAG, Condition={"Null": {"aws:RequestTag/team": "false"}}),
    ],
)
def test_a_denial_helps(denial: Json) -> None:
    assert of_identity(WORK, tagging(), denial) == []
    assert of_identity(WORK, tagging(), denial | {"Resource": repository("other")}) == ["tag-takeover"]


def test_rights_that_a_tag_takes() -> None:
    """A denial by a tag goes with the tag, and an allowance for everything but a tag comes with another."""
    protect = statement("Deny", "ecr:BatchDeleteImage", Condition={"StringEquals": {"aws:ResourceTag/keep": "yes"}})
    (found,) = findings("identity", protect, statement(action="ecr:UntagResource"))
    assert (found.code, found.statement) == ("tag-takeover", 1)
    assert suggested(found)["Condition"] == {"StringNotEquals": {"aws:ResourceTag/keep": "yes"}}
    rest = statement(action="ecr:PutImage", Condition={"StringNotEquals": {"aws:ResourceTag/stage": "prod"}})
    assert of_identity(rest, statement(action=TAG)) == ["tag-takeover"]
    assert of_identity(rest, statement(action=TAG, Condition=rest["Condition"])) == []


def test_other_repositories_and_other_callers() -> None:
    mine, theirs = repository("mine/*"), repository("theirs/*")
    assert of_identity(WORK | {"Resource": mine}, tagging() | {"Resource": theirs}) == []
    assert of_identity(WORK | {"Resource": mine}, tagging() | {"Resource": [theirs, repository("mine/app")]}) == [
        "tag-takeover"
    ]
    one, other = {"Principal": {"AWS": HOME}}, {"Principal": {"AWS": "222222222222"}}
    assert codes("registry", WORK | one, tagging() | other) == []
    assert codes("registry", WORK | one, tagging() | one) == ["tag-takeover"]


def test_a_boundary_gives_nothing() -> None:
    assert codes("boundary", WORK, tagging()) == []
