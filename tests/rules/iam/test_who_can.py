from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrepot.rules.iam.decision import PolicySet
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.who_can import Candidate, who_can
from tests.rules.iam import build
from tests.rules.iam.build import AWAY, HOME, named, owns, repository, statement
from tests.rules.iam.differences import policies
from tests.rules.iam.generate import Case, Generator

DELETE = "ecr:BatchDeleteImage"
PROD = repository("prod/*")


def found(found_policies: PolicySet, action: str = DELETE, resources: str = PROD, principal: Any = None) -> bool | None:
    """Whether it is certain that the principal can; None where it cannot."""
    holders = who_can(action, resources, HOME, [Candidate(principal or build.user(), found_policies)])
    return holders[0].certain if holders else None


@pytest.mark.parametrize(
    ("statements", "certain"),
    [
        ([statement(action="ecr:*")], True),
        ([statement(action="ecr:Put*")], None),
        ([statement(resource=repository("prod/*"))], True),
        ([statement(resource=repository("p*"))], True),
        ([statement(resource=repository("prod/app"))], False),
        ([statement(resource=repository("*/app"))], False),
        ([statement(resource=repository("dev/*"))], None),
        ([statement(resource="arn:aws:ecr:us-east-1:*")], True),
        ([statement(resource="arn:aws:ecr:us-west-1:*")], None),
        ([statement(resource="arn:aws:ecr:*:*:repository/${aws:username}/*")], None),
        ([statement(resource="arn:aws:ecr:*:*:repository/${aws:PrincipalTag/team}/*")], True),
        ([statement(resource="arn:aws:ecr:*:*:repository/${aws:PrincipalTag/other}/*")], None),
        ([statement(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], False),
        ([statement(Condition={"Null": {"aws:SourceVpce": "false"}})], False),
        ([statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "prod"}})], True),
        ([statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "dev"}})], None),
        ([statement(Condition={"StringEquals": {"aws:PrincipalTag/other": "x"}})], None),
        ([statement(), statement("Deny", resource=repository("prod/*"))], None),
        ([statement(), statement("Deny", resource=repository("prod/app"))], False),
        ([statement(), statement("Deny", resource=repository("dev/*"))], True),
        ([statement(), statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], False),
        ([statement(), statement("Deny", Condition={"StringEquals": {"aws:username": "alice"}})], True),
        ([statement(resource=[repository("prod/a*"), repository("prod/*")])], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": repository("prod/app")}], False),
        ([{"Effect": "Allow", "Action": "*", "NotResource": repository("prod/*")}], None),
        ([{"Effect": "Allow", "Action": "*", "NotResource": repository("dev/*")}], True),
        ([statement(), {"Effect": "Deny", "Action": "*", "NotResource": repository("dev/*")}], None),
        ([statement(), {"Effect": "Deny", "Action": "*", "NotResource": repository("p*")}], True),
    ],
)
def test_by_statements(statements: list[dict[str, Any]], certain: bool | None) -> None:  # noqa: FBT001
    assert found(owns(*statements), principal=build.user(team="prod")) is certain


def test_several_principals_keep_their_order_and_say_why() -> None:
    everything = owns(statement(Sid="All"))
    whom = [build.user("alice"), build.user("bob"), build.root(), build.role(), build.user("eve", AWAY)]
    candidates = [
        Candidate(each, PolicySet() if "bob" in each.arn or each.kind == "root" else everything) for each in whom
    ]
    holders = who_can(DELETE, PROD, HOME, candidates)
    assert [(each.principal, each.decision.reason) for each in holders] == [
        (whom[0], "allowed"),
        (whom[2], "root"),
        (whom[3], "allowed"),
    ]
    assert holders[0].decision.by is not None
    assert holders[0].decision.by.sid == "All"


def test_by_the_resource_s_policy() -> None:
    resource = named("resource", {"Effect": "Allow", "Principal": {"AWS": build.user().arn}, "Action": DELETE})
    assert found(PolicySet(resource=resource)) is True
    assert found(PolicySet(resource=resource), principal=build.user("alice")) is None


def test_an_action_without_a_resource() -> None:
    login = "ecr:GetAuthorizationToken"
    assert found(owns(statement()), login, "*") is True
    assert found(owns(statement(resource=repository("*"))), login, "*") is None


@settings(max_examples=300)
@given(st.integers(0, 2**32).map(lambda seed: Generator(seed).case()))
@example(Generator(7947).case())  # a NotResource element with a variable that has no value, about another service
def test_whoever_can_in_some_request_is_found_and_whoever_is_certain_can_in_all(case: Case) -> None:
    asked = case.request
    holders = who_can(
        asked.action, asked.resource_arn, asked.resource_account, [Candidate(asked.principal, policies(case))]
    )
    allowed = evaluate(asked, policies(case)).allowed
    assert not allowed or holders
    assert allowed or not holders or not holders[0].certain
