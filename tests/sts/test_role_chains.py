"""Roles assumed by sessions of other roles, and the tags that are handed on."""

from __future__ import annotations

import pytest

from entrepot.errors import AccessDenied, InvalidParameter
from tests.sts.conftest import Play
from tests.sts.world import HOME, OTHER, World, allow, trust

USER = f"arn:aws:iam::{HOME}:user/ci"
FIRST = f"arn:aws:iam::{HOME}:role/first"
BOTH = ("sts:AssumeRole", "sts:TagSession")


def test_a_session_assumes_a_role_for_an_hour_at_most(scene: Play) -> None:
    async def play(world: World) -> None:
        user, first = await world.user("ci"), await world.role("first", trust(USER), allow("sts:AssumeRole"))
        second = await world.role("second", trust(first), account=OTHER, longest=43_200)
        session = await world.principal(await world.assume(user, first))
        assert (await world.principal(await world.assume(session, second))).account == OTHER
        with pytest.raises(InvalidParameter, match="1 hour session limit for roles assumed by role chaining"):
            await world.assume(session, second, seconds=3601)

    scene(play)


def test_a_trust_policy_can_name_one_session(scene: Play) -> None:
    async def play(world: World) -> None:
        user, first = await world.user("ci"), await world.role("first", trust(USER))
        second = await world.role("second", trust(f"arn:aws:sts::{HOME}:assumed-role/first/one"))
        one = await world.principal(await world.assume(user, first, session_name="one"))
        two = await world.principal(await world.assume(user, first, session_name="two"))
        await world.assume(one, second)
        with pytest.raises(AccessDenied):
            await world.assume(two, second)

    scene(play)


def test_a_role_does_not_assume_itself_unless_it_says_so(scene: Play) -> None:
    async def play(world: World) -> None:
        session = await world.principal(
            await world.assume(await world.user("ci"), await world.role("first", trust(USER), allow("sts:AssumeRole")))
        )
        with pytest.raises(AccessDenied):
            await world.assume(session, FIRST)

    scene(play)


def test_session_tags_need_a_permission_of_their_own(scene: Play) -> None:
    async def play(world: World) -> None:
        user, plain = await world.user("ci"), await world.role("plain", trust(USER))
        with pytest.raises(AccessDenied, match="sts:TagSession"):
            await world.assume(user, plain, tags=[("team", "a")])
        condition = {"StringEquals": {"aws:RequestTag/team": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": "team"}}
        tagged = await world.role("tagged", trust(USER, *BOTH, Condition=condition))
        session = await world.assume(user, tagged, tags=[("team", "a")])
        principal = await world.principal(session)
        assert principal.session is not None
        assert principal.session.tags == (("team", "a"),)
        assert session.packed_percent is not None
        assert 0 < session.packed_percent <= 5
        for tags in ([("team", "b")], [("team", "a"), ("more", "b")]):
            with pytest.raises(AccessDenied):
                await world.assume(user, tagged, tags=tags)

    scene(play)


def test_transitive_tags_are_handed_on_and_cannot_be_changed(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci")
        first = await world.role("first", trust(USER, *BOTH), allow(*BOTH))
        of_team = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
        second = await world.role("second", trust(first, *BOTH, Condition=of_team), allow(*BOTH))
        tags = [("team", "a"), ("stage", "test")]
        session = await world.principal(await world.assume(user, first, tags=tags, transitive=["Team"]))
        chained = await world.principal(await world.assume(session, second, tags=[("stage", "live")]))
        assert chained.session is not None
        assert dict(chained.session.tags) == {"team": "a", "stage": "live"}
        with pytest.raises(InvalidParameter, match="transitive tag keys can't be set: team"):
            await world.assume(session, second, tags=[("TEAM", "b")])
        third = await world.role("third", trust(second, *BOTH))
        last = await world.principal(await world.assume(chained, third))
        assert last.session is not None
        assert last.session.tags == (("team", "a"),)
        # To hand a tag on takes the permission to tag, too.
        fourth = await world.role("fourth", trust(second))
        with pytest.raises(AccessDenied, match="sts:TagSession"):
            await world.assume(chained, fourth)

    scene(play)


@pytest.mark.parametrize(
    ("tags", "transitive", "message"),
    [
        ([("a", "1"), ("A", "2")], [], "Duplicate tag keys"),
        ([("aws:a", "1")], [], "reserved"),
        ([("a", "1")], ["b"], "must be included in the requested tags"),
        ([("a" * 129, "1")], [], "1 to 128 characters"),
        ([(f"k{n}", "") for n in range(51)], [], "less than or equal to 50"),
    ],
)
def test_tags_that_no_session_can_have(
    scene: Play, tags: list[tuple[str, str]], transitive: list[str], message: str
) -> None:
    async def play(world: World) -> None:
        role = await world.role("tagged", trust(USER, *BOTH))
        with pytest.raises(InvalidParameter, match=message):
            await world.assume(await world.user("ci"), role, tags=tags, transitive=transitive)

    scene(play)


def test_a_session_tag_hides_the_roles_own_whatever_its_case(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci")
        of_team = {"StringEquals": {"aws:PrincipalTag/Team": "a"}}
        first = await world.role("first", trust(USER, *BOTH), allow(*BOTH, Condition=of_team), tags={"Team": "a"})
        second = await world.role("second", trust(HOME, *BOTH))
        untagged = await world.principal(await world.assume(user, first))
        assert await world.assume(untagged, second)
        tagged = await world.principal(await world.assume(user, first, tags=[("TEAM", "b")]))
        with pytest.raises(AccessDenied):
            await world.assume(tagged, second)

    scene(play)
