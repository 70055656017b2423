"""Registry passwords and layer URLs that are given out under a session end with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.context import Client, Registry
from entrepot.errors import AccessDenied, Unauthenticated
from entrepot.services import bearer_tokens, credentials, downloads, sts, tokens
from tests.sts.conftest import Play
from tests.sts.world import HOME, World, allow, trust

USER = f"arn:aws:iam::{HOME}:user/ci"
REGISTRY = Registry(HOME, "us-east-1")


async def password(world: World, seconds: int, longest: int = 43_200) -> tokens.Token:
    """A password of a role's session that lasts for `seconds`."""
    arn = await world.role("push", trust(USER), allow("ecr:GetAuthorizationToken"), longest=longest)
    principal = await world.principal(await world.assume(await world.user("ci"), arn, seconds=seconds))
    return (await tokens.issue(world.app, world.context(principal), [REGISTRY]))[0]


@pytest.mark.parametrize("seconds", [900, 43_200])
def test_a_password_ends_with_its_session(scene: Play, seconds: int) -> None:
    async def play(world: World) -> None:
        token = await password(world, seconds)
        assert token.expires == world.now + timedelta(seconds=seconds)
        assert len(token.password) < 2000
        principal, registry = await tokens.redeem(world.app, token.password, world.now)
        assert principal.arn == f"arn:aws:sts::{HOME}:assumed-role/push/session-1"
        assert principal.session is not None
        assert registry == REGISTRY
        world.pass_time(seconds=seconds - 1)
        await tokens.redeem(world.app, token.password, world.now)
        world.pass_time(seconds=1)
        with pytest.raises(Unauthenticated, match="has expired"):
            await tokens.redeem(world.app, token.password, world.now)

    scene(play)


def test_a_users_password_still_ends_after_twelve_hours(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci", allow("ecr:GetAuthorizationToken"))
        made = await sts.get_session_token(world.app, world.context(user), 129_600, 0)
        token = (await tokens.issue(world.app, world.context(await world.principal(made)), [REGISTRY]))[0]
        assert token.expires == world.now + timedelta(hours=12)

    scene(play)


def test_a_bearer_token_ends_with_the_session_and_the_role(scene: Play) -> None:
    async def play(world: World) -> None:
        given = await password(world, 900)
        claims = await tokens.unseal_password(world.app, given.password, world.now)
        world.pass_time(seconds=800)
        bearer = await bearer_tokens.for_claims(world.app, claims, REGISTRY, world.now)
        assert bearer.expires == given.expires
        principal, redeemed = await bearer_tokens.redeem(world.app, bearer.token, world.now)
        assert (principal.arn, redeemed.registry) == (f"arn:aws:sts::{HOME}:assumed-role/push/session-1", REGISTRY)
        with pytest.raises(Unauthenticated, match="has expired"):
            await bearer_tokens.redeem(world.app, bearer.token, given.expires)
        await world.delete("role", "push")
        with pytest.raises(Unauthenticated, match="no longer valid"):
            await bearer_tokens.redeem(world.app, bearer.token, world.now)
        with pytest.raises(Unauthenticated, match="no longer valid"):
            await bearer_tokens.for_claims(world.app, claims, REGISTRY, world.now)

    scene(play)


def test_a_password_ends_with_the_role(scene: Play) -> None:
    async def play(world: World) -> None:
        token = await password(world, 3600)
        await world.delete("role", "push")
        with pytest.raises(Unauthenticated, match="no longer valid"):
            await tokens.redeem(world.app, token.password, world.now)

    scene(play)


def test_a_password_is_no_session_token_and_cannot_be_changed(scene: Play) -> None:
    async def play(world: World) -> None:
        token = await password(world, 3600)
        assert await credentials.find_access_key(world.app, "ASIAAAAAAAAAAAAAAAAA", token.password) is None
        for place in range(0, len(token.password), 7):
            letter = "A" if token.password[place] != "A" else "B"
            changed = token.password[:place] + letter + token.password[place + 1 :]
            with pytest.raises(Unauthenticated, match="is not valid"):
                await tokens.redeem(world.app, changed, world.now)

    scene(play)


def test_a_session_past_its_end_gives_nothing_out(scene: Play) -> None:
    async def play(world: World) -> None:
        arn = await world.role("push", trust(USER))
        made = (await world.assume(await world.user("ci"), arn)).credentials
        key_id, token, before = made.access_key_id, made.token, made.expires - timedelta(seconds=1)
        assert await credentials.find_holder(world.app, key_id, token, before) is not None
        assert await credentials.find_holder(world.app, key_id, token, made.expires) is None
        assert await credentials.find_holder(world.app, key_id, "", before) is None

    scene(play)


def test_a_url_that_is_forged(scene: Play) -> None:
    async def play(world: World) -> None:
        token = await password(world, 3600)
        for text in ("", "A", "not a ticket", token.password):
            with pytest.raises(AccessDenied, match="not valid"):
                await downloads.redeem(world.app, text, "request-1", Client())

    scene(play)
