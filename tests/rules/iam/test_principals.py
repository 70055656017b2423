from __future__ import annotations

from typing import Any

import pytest

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.principals import Grant, grant_to, is_excepted, parse_principals
from entrepot.rules.iam.request import ANONYMOUS, PrincipalFacts
from tests.rules.iam import build
from tests.rules.iam.build import AWAY, HOME

BOB, CI, ROOT, SERVICE, WEB = build.user(), build.role(), build.root(), build.service(), build.federated()
ROLE = f"arn:aws:iam::{HOME}:role/ci"


def grant(element: Any, principal: PrincipalFacts) -> Grant:
    return grant_to(parse_principals(element, "Principal", negated=False), principal)


def excepted(element: Any, principal: PrincipalFacts) -> bool:
    return is_excepted(parse_principals(element, "NotPrincipal", negated=True), principal)


@pytest.mark.parametrize("element", ["*", {"AWS": "*"}, {"AWS": [AWAY, "*"]}])
@pytest.mark.parametrize("principal", [BOB, CI, ROOT, SERVICE, WEB, ANONYMOUS], ids=lambda each: each.kind)
def test_everyone(element: Any, principal: PrincipalFacts) -> None:
    assert grant(element, principal) is Grant.CALLER
    assert excepted(element, principal)


@pytest.mark.parametrize("name", [HOME, f"arn:aws:iam::{HOME}:root", f"arn:aws-cn:iam::{HOME}:root"])
def test_an_account(name: str) -> None:
    assert grant({"AWS": name}, BOB) is grant({"AWS": [AWAY, name]}, CI) is Grant.ACCOUNT
    assert grant({"AWS": name}, ROOT) is Grant.CALLER
    for other in (build.user(account=AWAY), build.root(AWAY), SERVICE, WEB, ANONYMOUS):
        assert grant({"AWS": name}, other) is Grant.NONE


def test_a_user_by_arn_or_id() -> None:
    for name in (BOB.arn, BOB.unique_id):
        assert grant({"AWS": name}, BOB) is Grant.CALLER
        for other in (build.user("bobby"), build.user("Bob"), build.user(account=AWAY), CI, ROOT, ANONYMOUS):
            assert grant({"AWS": name}, other) is Grant.NONE


def test_a_role_and_its_sessions() -> None:
    for name in (ROLE, CI.unique_id):
        assert grant({"AWS": name}, CI) is grant({"AWS": name}, build.role(session="s2")) is Grant.ROLE
        assert grant({"AWS": name}, build.role("cid")) is Grant.NONE
    assert grant({"AWS": CI.arn}, CI) is Grant.CALLER
    assert grant({"AWS": CI.arn}, build.role(session="s2")) is Grant.NONE
    assert grant({"AWS": [ROLE, CI.arn, HOME]}, CI) is Grant.CALLER


def test_services_and_web_identities() -> None:
    assert grant({"Service": SERVICE.arn}, SERVICE) is Grant.CALLER
    assert grant({"Federated": WEB.arn}, WEB) is Grant.CALLER
    assert grant({"Service": "ecs.amazonaws.com"}, SERVICE) is Grant.NONE
    assert grant({"Federated": WEB.arn}, SERVICE) is grant({"Service": SERVICE.arn}, WEB) is Grant.NONE
    both = {"Service": [SERVICE.arn], "AWS": HOME}
    assert grant(both, SERVICE) is Grant.CALLER
    assert grant(both, BOB) is Grant.ACCOUNT


def test_a_principal_without_an_id_is_not_found_by_none() -> None:
    nobody = PrincipalFacts("user", f"arn:aws:iam::{HOME}:user/x", HOME)
    assert grant({"AWS": AWAY}, nobody) is Grant.NONE


@pytest.mark.parametrize(
    ("names", "principal", "left_out"),
    [
        ([HOME, BOB.arn], BOB, True),
        ([HOME, BOB.unique_id], BOB, True),
        ([HOME], BOB, False),
        ([BOB.arn], BOB, False),
        ([HOME, build.user("alice").arn], BOB, False),
        ([AWAY, BOB.arn], BOB, False),
        ([HOME, ROLE], CI, True),
        ([HOME, ROLE, CI.arn], CI, True),
        ([HOME, CI.arn], CI, False),
        ([ROLE, CI.arn], CI, False),
        ([HOME], ROOT, True),
        ([AWAY], ROOT, False),
        ([HOME], ANONYMOUS, False),
        ([HOME], WEB, False),
    ],
)
def test_an_exception_needs_the_account_and_the_identity(
    names: list[str], principal: PrincipalFacts, *, left_out: bool
) -> None:
    assert excepted({"AWS": names}, principal) is left_out


def test_exceptions_of_services_and_web_identities() -> None:
    assert excepted({"Service": SERVICE.arn}, SERVICE)
    assert excepted({"Federated": WEB.arn}, WEB)
    assert not excepted({"Service": "ecs.amazonaws.com"}, SERVICE)


@pytest.mark.parametrize(
    "element",
    [
        {},
        [],
        "everyone",
        HOME,
        {"AWS": []},
        {"AWS": {}},
        {"AWS": 5},
        {"AWS": "12345"},
        {"AWS": f"arn:aws:iam::{HOME}:user/*"},
        {"AWS": f"arn:aws:iam::{HOME}:role/c?"},
        {"AWS": f"arn:aws:sts::{HOME}:assumed-role/ci/*"},
        {"AWS": f"arn:aws:sts::{HOME}:assumed-role/ci"},
        {"AWS": f"arn:aws:iam::{HOME}:group/team"},
        {"AWS": f"arn:aws:iam::{HOME}:user/"},
        {"AWS": "AIDA"},
        {"Service": "*"},
        {"Service": "ecr"},
        {"Federated": "*"},
        {"CanonicalUser": "x"},
        {"aws": HOME},
    ],
)
def test_malformed(element: Any) -> None:
    with pytest.raises(PolicyInvalid, match="Principal"):
        parse_principals(element, "Principal", negated=False)


def test_what_is_malformed_is_named_as_iam_does() -> None:
    with pytest.raises(PolicyInvalid) as caught:
        parse_principals({"Service": "ecr"}, "Statement[2].Principal", negated=False)
    assert caught.value.reason == 'Invalid principal in policy: "SERVICE":"ecr" (Statement[2].Principal)'
