"""Session policies: they take rights away and never give any."""

from __future__ import annotations

import json
import random
import string

import pytest
from sqlalchemy import insert

from entrepot.context import RepositoryRef
from entrepot.errors import AccessDenied, InvalidParameter, PackedPolicyTooLarge, PolicyInvalid
from entrepot.meta import tables as t
from entrepot.services.access import authorize
from tests.sts.conftest import Play
from tests.sts.world import HOME, World, allow, document, trust

USER = f"arn:aws:iam::{HOME}:user/ci"
OWN = f"arn:aws:iam::{HOME}:policy/pull"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
PULL, PUSH, DELETE = "ecr:BatchGetImage", "ecr:PutImage", "ecr:BatchDeleteImage"


async def rights(world: World, policy: str = "", policy_arns: tuple[str, ...] = ()) -> set[str]:
    """What a session of the role `push`, which may pull and push, may do."""
    arn = f"arn:aws:iam::{HOME}:role/push"
    session = await world.assume(await world.user("ci"), arn, policy=policy, policy_arns=policy_arns)
    ctx = world.context(await world.principal(session))
    found: set[str] = set()
    for action in (PULL, PUSH, DELETE):
        try:
            await authorize(world.app, ctx, action, RepositoryRef(ctx.registry, "team/app"))
        except AccessDenied:
            continue
        found.add(action)
    await world.delete("user", "ci")
    return found


async def add_managed(world: World) -> None:
    row = {
        "account_id": HOME, "name": "pull", "folded_name": "pull", "path": "/", "unique_id": "ANPAPULL",
        "default_version": 1, "next_version": 2, "created_at": 0, "updated_at": 0, "tags": "{}",
    }  # fmt: skip
    text = allow(PULL, DELETE)

    def add(c: object) -> None:
        key = c.execute(insert(t.managed_policies).values(row)).inserted_primary_key[0]  # type: ignore[attr-defined]
        version = {"policy_id": key, "version": 1, "document": text, "created_at": 0}
        c.execute(insert(t.managed_policy_versions).values(version))  # type: ignore[attr-defined]

    await world.change(add)


def test_they_narrow(scene: Play) -> None:
    async def play(world: World) -> None:
        await world.role("push", trust(USER), allow(PULL, PUSH))
        await add_managed(world)
        assert await rights(world) == {PULL, PUSH}
        assert await rights(world, allow("ecr:*")) == {PULL, PUSH}
        assert await rights(world, allow(PULL)) == {PULL}
        assert await rights(world, allow(DELETE)) == set()
        assert await rights(world, allow("ecr:*", resource="arn:aws:ecr:*:*:repository/other/*")) == set()
        deny_push = {"Effect": "Deny", "Action": PUSH, "Resource": "*"}
        assert await rights(world, document({"Effect": "Allow", "Action": "*", "Resource": "*"}, deny_push)) == {PULL}
        assert await rights(world, policy_arns=(READ_ONLY,)) == {PULL}
        assert await rights(world, policy_arns=(OWN,)) == {PULL}
        assert await rights(world, allow(PUSH), (READ_ONLY, OWN)) == {PULL, PUSH}

    scene(play)


def test_one_that_is_deleted_leaves_nothing_behind(scene: Play) -> None:
    async def play(world: World) -> None:
        await world.role("push", trust(USER), allow(PULL, PUSH))
        await add_managed(world)
        arn = f"arn:aws:iam::{HOME}:role/push"
        session = await world.assume(await world.user("ci"), arn, policy_arns=(OWN,))
        await world.change(lambda c: c.execute(t.managed_policies.delete()))
        ctx = world.context(await world.principal(session))
        for action in (PULL, PUSH):
            with pytest.raises(AccessDenied):
                await authorize(world.app, ctx, action, RepositoryRef(ctx.registry, "team/app"))

    scene(play)


@pytest.mark.parametrize(
    ("policy", "arns", "error", "message"),
    [
        ("{", (), PolicyInvalid, "JSON"),
        ('{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}', (), PolicyInvalid, "Action"),
        (trust(USER), (), PolicyInvalid, "Resource"),
        (" " * 2048 + allow(PULL), (), InvalidParameter, "less than or equal to 2048"),
        ("", (READ_ONLY,) * 11, InvalidParameter, "less than or equal to 10"),
        ("", (OWN,), InvalidParameter, "does not exist"),
        ("", (OWN.replace(HOME, "aws"),), InvalidParameter, "does not exist"),
    ],
)
def test_what_is_no_session_policy(
    scene: Play, policy: str, arns: tuple[str, ...], error: type[Exception], message: str
) -> None:
    async def play(world: World) -> None:
        await world.role("push", trust(USER), allow(PULL, PUSH))
        with pytest.raises(error, match=message):
            await rights(world, policy, arns)

    scene(play)


def test_what_does_not_pack_is_too_large(scene: Play) -> None:
    letters = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=19 * 100))
    policy = json.dumps({"Version": "2012-10-17", "Id": letters, "Statement": json.loads(allow(PULL))["Statement"]})

    async def play(world: World) -> None:
        role = await world.role("push", trust(USER, "sts:AssumeRole", "sts:TagSession"))
        user = await world.user("ci")
        tags = [(f"key-{n}", letters[n * 60 : n * 60 + 60]) for n in range(30)]
        session = await world.assume(user, role, policy=policy)
        assert session.packed_percent is not None
        assert 50 < session.packed_percent <= 100
        scrambled = [(key, value[::-1].swapcase()) for key, value in tags]
        with pytest.raises(PackedPolicyTooLarge, match=r"consumes 1\d\d% of allotted space"):
            await world.assume(user, role, policy=policy, tags=scrambled)

    scene(play)
