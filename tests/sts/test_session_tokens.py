"""Session tokens: what they open to, and that nothing opens but what was given out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.context import Principal
from entrepot.errors import AccessDenied
from entrepot.services import credentials, sts
from entrepot.services.keyring import SESSIONS
from entrepot.services.sealed_text import write
from entrepot.services.sessions import LONGEST_TOKEN
from tests.sts.conftest import Play
from tests.sts.world import HOME, OTHER, World, allow, trust

USER = f"arn:aws:iam::{HOME}:user/ci"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_changed_letter_anywhere_spoils_a_token(scene: Play) -> None:
    async def play(world: World) -> None:
        made = (await world.assume(await world.user("ci"), await world.role("push", trust(USER)))).credentials
        token = made.token
        assert await world.key(made) is not None
        for place, letter in enumerate(token):
            for other in {LETTERS[LETTERS.index(letter) ^ 1], LETTERS[LETTERS.index(letter) ^ 32], "=", "é"}:
                changed = token[:place] + other + token[place + 1 :]
                assert await world.key(replace(made, token=changed)) is None, place
        for changed in (token[:-1], token + "A", token + "=", token[1:], f" {token}", "", token * 2, "A" * 5000):
            assert await world.key(replace(made, token=changed)) is None

    scene(play)


def test_a_key_id_and_a_token_belong_together(scene: Play) -> None:
    async def play(world: World) -> None:
        user, arn = await world.user("ci"), await world.role("push", trust(USER))
        one, two = (await world.assume(user, arn)).credentials, (await world.assume(user, arn)).credentials
        assert one.secret != two.secret
        assert await world.key(replace(one, token=two.token)) is None
        assert await credentials.find_access_key(world.app, one.access_key_id) is None
        assert await credentials.find_access_key(world.app, "ASIA" + "A" * 16, one.token) is None
        sealed = await write(world.app.keyring, SESSIONS, b"something else", b"another purpose")
        assert await credentials.find_access_key(world.app, one.access_key_id, sealed) is None

    scene(play)


def test_a_token_of_another_deployment_is_nothing_here(scene: Play) -> None:
    made = []

    async def give(world: World) -> None:
        made.append((await world.assume(await world.user("ci"), await world.role("push", trust(USER)))).credentials)
        assert await world.key(made[0]) is not None

    async def take(world: World) -> None:
        made.append((await world.assume(await world.user("ci"), await world.role("push", trust(USER)))).credentials)
        assert await world.key(made[0]) is None
        assert await world.key(replace(made[1], token=made[0].token)) is None

    scene(give)
    scene(take)


def test_a_session_ends_with_its_role(scene: Play) -> None:
    async def play(world: World) -> None:
        user, arn = await world.user("ci"), await world.role("push", trust(USER))
        made = await world.assume(user, arn)
        await world.delete("role", "push")
        assert await world.key(made) is None
        await world.role("push", trust(USER))
        assert await world.key(made) is None
        assert await world.key(await world.assume(user, arn)) is not None

    scene(play)


def test_a_users_session_is_the_user_and_ends_with_it(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci")
        made = await sts.get_session_token(world.app, world.context(user), None, 0)
        principal = await world.principal(made)
        assert (principal.arn, principal.user_id) == (user.arn, user.user_id)
        assert principal.session is not None
        assert principal.session.role_arn is None
        assert (principal.session.expires - world.now).total_seconds() == 43_200
        with pytest.raises(AccessDenied, match="Cannot call GetSessionToken with session credentials"):
            await sts.get_session_token(world.app, world.context(principal), None, 0)
        await world.delete("user", "ci")
        assert await world.key(made) is None
        await world.user("ci")
        assert await world.key(made) is None

    scene(play)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 3600), (900, 900), (129_600, 3600)])
def test_a_roots_session_lasts_an_hour(scene: Play, asked: int | None, seconds: int) -> None:
    async def play(world: World) -> None:
        root = Principal(f"arn:aws:iam::{HOME}:root", HOME, HOME, "AKIAROOT")
        made = await sts.get_session_token(world.app, world.context(root), asked, 0)
        assert (made.expires - world.now).total_seconds() == seconds
        principal = await world.principal(made)
        assert principal.is_root
        assert principal.user_id == HOME

    scene(play)


@pytest.mark.parametrize("least", [0, 1, 100, 700, 701, 702, 703, 4096])
def test_a_token_has_the_size_asked_for_at_least(scene: Play, least: int) -> None:
    async def play(world: World) -> None:
        arn = await world.role("push", trust(USER))
        made = (await world.assume(await world.user("ci"), arn, minimum_token=least)).credentials
        assert least <= len(made.token) <= max(least + 1, 600)  # base64 has no text of 4n + 1 letters
        assert await world.key(made) is not None

    scene(play)


def test_the_largest_session_still_fits(scene: Play) -> None:
    async def play(world: World) -> None:
        role = await world.role("r" * 64, trust(USER, "sts:AssumeRole", "sts:TagSession"))
        tags = [(f"key-{n}-{'k' * 20}", f"{n * 7919:064}") for n in range(50)]
        more = {"tags": tags, "session_name": "s" * 64, "policy": allow(*[f"ecr:{n}*" for n in range(170)])}
        session = await world.assume(await world.user("ci"), role, **more)
        assert len(session.credentials.token) <= LONGEST_TOKEN
        principal = await world.principal(session)
        assert principal.session is not None
        assert len(principal.session.tags) == 50

    scene(play)


def test_whose_an_access_key_is(scene: Play) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci", allow("sts:GetAccessKeyInfo", "sts:AssumeRole"))
        arn = await world.role("push", trust(f"arn:aws:iam::{HOME}:root"), account=OTHER)
        made = (await world.assume(user, arn)).credentials
        root = await credentials.ensure_root(world.app, OTHER)
        for key_id in (made.access_key_id, root.access_key_id):
            assert await sts.account_of_key(world.app, world.context(user), key_id) == OTHER
        with pytest.raises(AccessDenied):
            await sts.account_of_key(world.app, world.context(await world.user("other")), made.access_key_id)

    scene(play)
