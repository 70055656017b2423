"""Who may assume a role, as its trust policy and the caller's own policies have it."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.context import Principal
from entrepot.errors import AccessDenied, InvalidParameter
from tests.sts.conftest import Play
from tests.sts.world import HOME, OTHER, World, allow, document, trust

ROOT = f"arn:aws:iam::{HOME}:root"
OTHER_ROOT = f"arn:aws:iam::{OTHER}:root"
USER = f"arn:aws:iam::{HOME}:user/ci"
MAY = allow("sts:AssumeRole")


async def refusal(world: World, who: Principal, role_arn: str, *more: Any, **options: Any) -> str:
    with pytest.raises(AccessDenied) as caught:
        await world.assume(who, role_arn, *more, **options)
    return caught.value.message


def test_a_session_is_the_roles(scene: Play) -> None:
    async def play(world: World) -> None:
        arn = await world.role("push", trust(USER), path="/teams/a/", tags={"team": "a"})
        session = await world.assume(await world.user("ci"), arn, session_name="build-7", tags=[])
        principal = await world.principal(session)
        assert principal.arn == session.arn == f"arn:aws:sts::{HOME}:assumed-role/push/build-7"
        assert principal.user_id == session.user_id
        assert principal.user_id.startswith("AROA")
        assert principal.user_id.endswith(":build-7")
        assert (principal.account, principal.access_key_id[:4]) == (HOME, "ASIA")
        assert principal.session is not None
        assert (principal.session.name, principal.session.role_arn) == ("build-7", arn)
        assert (principal.session.expires - principal.session.issued_at).total_seconds() == 3600
        assert session.packed_percent is None

    scene(play)


@pytest.mark.parametrize(
    ("trusted", "own", "is_allowed"),
    [
        (trust(USER), (), True),
        (trust(ROOT), (), False),
        (trust(ROOT), (MAY,), True),
        (trust(OTHER_ROOT), (MAY,), False),
        (trust("*"), (), True),
        (trust(USER), (document({"Effect": "Deny", "Action": "sts:*", "Resource": "*"}),), False),
        (trust(USER, "sts:TagSession"), (MAY,), False),
        (trust({"Service": "ecr.amazonaws.com"}), (MAY,), False),
        (trust({"Federated": f"arn:aws:iam::{HOME}:oidc-provider/a.example.com"}), (MAY,), False),
        (trust(ROOT), (allow("sts:AssumeRole", resource=f"arn:aws:iam::{HOME}:role/another"),), False),
    ],
)
def test_in_the_callers_own_account(scene: Play, trusted: str, own: tuple[str, ...], *, is_allowed: bool) -> None:
    async def play(world: World) -> None:
        user, arn = await world.user("ci", *own), await world.role("push", trusted)
        if is_allowed:
            await world.assume(user, arn)
        else:
            assert await refusal(world, user, arn) == (
                f"User: {USER} is not authorized to perform: sts:AssumeRole on resource: {arn}"
            )

    scene(play)


@pytest.mark.parametrize(
    ("trusted", "own", "is_allowed"),
    [(USER, (), False), (USER, (MAY,), True), (ROOT, (), False), (ROOT, (MAY,), True), (OTHER_ROOT, (MAY,), False)],
)
def test_across_accounts_both_sides_have_to_agree(
    scene: Play, trusted: str, own: tuple[str, ...], *, is_allowed: bool
) -> None:
    async def play(world: World) -> None:
        user, arn = await world.user("ci", *own), await world.role("pull", trust(trusted), account=OTHER)
        if is_allowed:
            assert (await world.principal(await world.assume(user, arn))).account == OTHER
        else:
            await refusal(world, user, arn)

    scene(play)


def test_a_role_that_is_not_there_is_refused_in_the_same_words(scene: Play) -> None:
    async def play(world: World) -> None:
        user, there = await world.user("ci", MAY), await world.role("there", trust(OTHER_ROOT), account=OTHER)
        missing = there.replace("there", "missing")
        said = await refusal(world, user, there)
        assert await refusal(world, user, missing) == said.replace("there", "missing")

    scene(play)


def test_a_path_and_the_case_of_letters_are_part_of_a_roles_name(scene: Play) -> None:
    async def play(world: World) -> None:
        user, arn = await world.user("ci", MAY), await world.role("push", trust(ROOT), path="/a/")
        await world.assume(user, arn)
        for near in (arn.replace("/a/", "/"), arn.replace("/a/", "/A/"), arn.replace("push", "Push")):
            await refusal(world, user, near)

    scene(play)


def test_a_root_and_a_user_that_is_gone_assume_nothing(scene: Play) -> None:
    async def play(world: World) -> None:
        arn = await world.role("push", trust("*"))
        root = Principal(ROOT, HOME, HOME, "AKIAROOT")
        assert await refusal(world, root, arn) == "Roles may not be assumed by root accounts."
        gone = await world.user("ci", MAY)
        await world.delete("user", "ci")
        await refusal(world, gone, arn)
        await world.user("ci", MAY)
        await refusal(world, gone, arn)

    scene(play)


def test_the_confused_deputy_does_not_know_the_external_id(scene: Play) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "customer-42"}}

    async def play(world: World) -> None:
        deputy = await world.user("deputy", MAY)
        arn = await world.role("customer", trust(ROOT, Condition=condition), account=OTHER)
        await world.assume(deputy, arn, "customer-42")
        for wrong in (None, "customer-43", "CUSTOMER-42"):
            await refusal(world, deputy, arn, wrong)

    scene(play)


@pytest.mark.parametrize(
    ("condition", "options", "is_allowed"),
    [
        ({"StringLike": {"sts:RoleSessionName": "build-*"}}, {"session_name": "build-1"}, True),
        ({"StringLike": {"sts:RoleSessionName": "build-*"}}, {"session_name": "run-1"}, False),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, {"session_name": "ci"}, True),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, {"session_name": "root"}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "a"}}, {}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "b"}}, {}, False),
        ({"StringEquals": {"aws:ResourceTag/stage": "${aws:PrincipalTag/team}"}}, {}, True),
        ({"StringEquals": {"iam:ResourceTag/stage": "b"}}, {}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2026-03-05T00:00:00Z"}}, {}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2026-03-04T00:00:00Z"}}, {}, False),
    ],
)
def test_conditions_of_the_trust_policy(
    scene: Play, condition: dict[str, Any], options: dict[str, Any], *, is_allowed: bool
) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci", team="a")
        arn = await world.role("push", trust(USER, Condition=condition), tags={"stage": "a"})
        if is_allowed:
            await world.assume(user, arn, **options)
        else:
            await refusal(world, user, arn, **options)

    scene(play)


@pytest.mark.parametrize("arn", ["arn:aws:iam::12345:role/a", f"arn:aws:iam::{HOME}:user/a", "role/aaaaaaaaaaaaaaaaaa"])
def test_what_is_no_arn_of_a_role(scene: Play, arn: str) -> None:
    async def play(world: World) -> None:
        with pytest.raises(InvalidParameter, match="is invalid"):
            await world.assume(await world.user("ci"), arn)

    scene(play)


def test_how_long_a_session_lasts(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci")
        short, long = await world.role("short", trust(USER)), await world.role("long", trust(USER), longest=43_200)
        for arn, seconds in ((short, 900), (short, 3600), (long, 43_200)):
            key = await world.key(await world.assume(user, arn, seconds=seconds))
            assert key is not None
            assert key.expires is not None
            assert (key.expires - world.now).total_seconds() == seconds
        with pytest.raises(InvalidParameter, match="exceeds the MaxSessionDuration"):
            await world.assume(user, short, seconds=3601)

    scene(play)
