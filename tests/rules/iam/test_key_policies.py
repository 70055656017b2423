"""The decision on a key of KMS: its policy comes first, for the account's root too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.explain import explain
from entrepot.rules.iam.request import AccessRequest, PrincipalFacts
from tests.rules.iam.build import Json, policy, statement

OWNER, GUEST = "111111111111", "222222222222"
KEY = f"arn:aws:kms:us-east-1:{OWNER}:key/12345678-1234-4234-8234-123456789012"
ACTION = "kms:Decrypt"
Says = Literal["allow", "deny", "nothing"]
SAYS: Sequence[Says] = ("allow", "deny", "nothing")


def user(account: str) -> PrincipalFacts:
    return PrincipalFacts("user", f"arn:aws:iam::{account}:user/u", account, "AIDAEXAMPLE", "u")


def session(account: str) -> PrincipalFacts:
    role = f"arn:aws:iam::{account}:role/r"
    arn = f"arn:aws:sts::{account}:assumed-role/r/s"
    return PrincipalFacts("role-session", arn, account, "AROAEXAMPLE", role_arn=role, session_name="s")


def root(account: str) -> PrincipalFacts:
    return PrincipalFacts("root", f"arn:aws:iam::{account}:root", account, account)


def statements(says: Says, **more: Any) -> list[Json]:
    effect = {"allow": "Allow", "deny": "Deny"}.get(says)
    return [statement(effect, ACTION, **more)] if effect else [statement("Allow", "kms:Encrypt", **more)]


def decide(who: PrincipalFacts, *key: Json, identity: Says = "nothing", **more: Says) -> bool:
    own = () if who.kind == "root" else (NamedPolicy("own", policy("identity", *statements(identity)), "inline"),)
    boundary, narrow = more.get("boundary"), more.get("session")
    policies = PolicySet(
        own,
        NamedPolicy("boundary", policy("boundary", *statements(boundary)), "boundary") if boundary else None,
        (NamedPolicy("session", policy("session", *statements(narrow)), "session"),) if narrow else None,
        NamedPolicy("key", policy("key", *key), "key"),
    )
    request = AccessRequest(who, ACTION, KEY, OWNER)
    decision = evaluate(request, policies)
    assert explain(request, policies)[-1].effect == ("allow" if decision.allowed else "deny")
    return decision.allowed


def to(who: str, says: Says = "allow") -> list[Json]:
    return statements(says, Principal={"AWS": who})


@pytest.mark.parametrize("identity", SAYS)
@pytest.mark.parametrize("key", SAYS)
def test_a_user_of_the_account(key: Says, identity: Says) -> None:
    by_account = decide(user(OWNER), *to(root(OWNER).arn, key), identity=identity)
    assert by_account is (key == identity == "allow")
    by_name = decide(user(OWNER), *to(user(OWNER).arn, key), identity=identity)
    assert by_name is (key == "allow" and identity != "deny")
    by_everyone = decide(user(OWNER), *to("*", key), identity=identity)
    assert by_everyone is by_name
    assert not decide(user(OWNER), *to(user(GUEST).arn, key), identity=identity)


@pytest.mark.parametrize("key", SAYS)
def test_the_root_is_bound_too(key: Says) -> None:
    for name in (root(OWNER).arn, OWNER, "*"):
        assert decide(root(OWNER), *to(name, key)) is (key == "allow")
    assert not decide(root(OWNER), *to(user(OWNER).arn, key))


@pytest.mark.parametrize("identity", SAYS)
@pytest.mark.parametrize("key", SAYS)
def test_a_guest_needs_both(key: Says, identity: Says) -> None:
    for name in (root(GUEST).arn, user(GUEST).arn, "*"):
        assert decide(user(GUEST), *to(name, key), identity=identity) is (key == identity == "allow")
    assert not decide(user(GUEST), *to(root(OWNER).arn, key), identity=identity)
    assert decide(root(GUEST), *to(root(GUEST).arn, key)) is (key == "allow")


@pytest.mark.parametrize("limit", ["boundary", "session"])
def test_limits_hold_unless_the_caller_is_named(limit: str) -> None:
    narrow: dict[str, Says] = {limit: "nothing"}
    named: list[tuple[str, Says]] = [(root(OWNER).arn, "allow"), (session(OWNER).role_arn, "nothing")]
    for name, identity in named:
        assert decide(session(OWNER), *to(name), identity=identity)
        assert not decide(session(OWNER), *to(name), identity=identity, **narrow)
    assert decide(session(OWNER), *to(session(OWNER).arn), **narrow)


def test_resources_and_conditions_of_a_key_policy_count() -> None:
    other = KEY.replace("1234", "5678")
    assert decide(root(OWNER), statement("Allow", ACTION, KEY, Principal=OWNER and {"AWS": OWNER}))
    assert not decide(root(OWNER), statement("Allow", ACTION, other, Principal={"AWS": OWNER}))
    via = {"StringEquals": {"kms:ViaService": "ecr.us-east-1.amazonaws.com"}}
    assert not decide(root(OWNER), statement("Allow", ACTION, Principal={"AWS": OWNER}, Condition=via))


WHO = st.sampled_from([user(OWNER), user(GUEST), session(OWNER), session(GUEST), root(OWNER), root(GUEST)])
PRINCIPALS = st.sampled_from(
    ["*", OWNER, GUEST, user(OWNER).arn, user(GUEST).arn, session(OWNER).arn, session(OWNER).role_arn]
)
STATEMENTS = st.builds(lambda who, says: to(who, says)[0], PRINCIPALS, st.sampled_from(SAYS))
KEY_POLICIES = st.lists(STATEMENTS, min_size=1, max_size=4)


@given(WHO, KEY_POLICIES, st.sampled_from(SAYS))
def test_nothing_is_allowed_that_the_key_policy_does_not_allow(who: PrincipalFacts, key: list[Json], own: Says) -> None:
    allowing = [each for each in key if each["Effect"] == "Allow" and each["Action"] == ACTION]
    if decide(who, *key, identity=own):
        assert any(decide(who, each, identity="allow") for each in allowing)
    if not allowing:
        assert not decide(who, *key, identity=own)


@given(WHO, KEY_POLICIES, st.sampled_from(SAYS))
def test_a_denial_more_never_allows_more(who: PrincipalFacts, key: list[Json], own: Says) -> None:
    assert not decide(who, *key, *to("*", "deny"), identity=own)
    assert not decide(who, *key, identity="deny") or who.kind == "root"
