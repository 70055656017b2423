"""A session at both doors to its last second and past it: signatures, docker's passwords and bearer tokens."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from entrepot.fronts.root import dispatch
from entrepot.services import sessions, sts
from tests.sts.conftest import Play
from tests.sts.world import HOME, World, allow, trust

USER = f"arn:aws:iam::{HOME}:user/ci"
HOST = f"{HOME}.dkr.ecr.us-east-1.example.com"


async def send(world: World, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Response:
    """A request through both doors' common entrance, at the world's time."""
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "entrepot.request_id": "request-1",
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return await dispatch(world.app, Request(scope, receive), "request-1")


async def signed(world: World, made: sessions.Credentials) -> tuple[int, Any]:
    """The status and the body of a GetAuthorizationToken that is signed at the world's time."""
    body = b"{}"
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
        "Content-Length": str(len(body)),
    }
    request = AWSRequest("POST", f"http://{HOST}/", headers, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: world.now)
        SigV4Auth(Credentials(made.access_key_id, made.secret, made.token), "ecr", "us-east-1").add_auth(request)
    answer = await send(world, "POST", "/", {"Host": HOST, **dict(request.headers.items())}, body)
    return answer.status_code, json.loads(bytes(answer.body))


async def at_registry(world: World, authorization: str, path: str = "/v2/") -> tuple[int, Any]:
    answer = await send(world, "GET", path, {"Host": HOST, "Authorization": authorization})
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.parametrize("kind", ["role", "user"])
def test_to_the_last_second(scene: Play, kind: str) -> None:
    async def play(world: World) -> None:
        user = await world.user("ci", allow("ecr:GetAuthorizationToken"))
        if kind == "role":
            arn = await world.role("push", trust(USER), allow("ecr:GetAuthorizationToken"))
            made = (await world.assume(user, arn, seconds=900)).credentials
        else:
            made = await sts.get_session_token(world.app, world.context(user), 900, 0)
        status, answer = await signed(world, made)
        assert status == 200
        login = "Basic " + answer["authorizationData"][0]["authorizationToken"]

        world.now = made.expires - timedelta(seconds=1)
        assert (await signed(world, made))[0] == 200
        assert (await at_registry(world, login))[0] == 200
        status, answer = await at_registry(world, login, "/v2/_token")
        assert (status, answer["expires_in"]) == (200, 1)
        bearer = f"Bearer {answer['token']}"
        assert (await at_registry(world, bearer))[0] == 200

        world.now = made.expires
        status, answer = await signed(world, made)
        assert (status, answer["__type"]) == (400, "ExpiredTokenException")
        for authorization, path in ((login, "/v2/"), (login, "/v2/_token"), (bearer, "/v2/")):
            status, answer = await at_registry(world, authorization, path)
            assert (status, answer["errors"][0]["code"]) == (401, "UNAUTHORIZED")
            assert "has expired. Reauthenticate and try again. Log in with: aws" in answer["errors"][0]["message"]

    scene(play)


def test_at_once_where_the_role_is_deleted(scene: Play) -> None:
    async def play(world: World) -> None:
        arn = await world.role("push", trust(USER), allow("ecr:GetAuthorizationToken"))
        made = (await world.assume(await world.user("ci"), arn, seconds=900)).credentials
        login = "Basic " + (await signed(world, made))[1]["authorizationData"][0]["authorizationToken"]
        bearer = "Bearer " + (await at_registry(world, login, "/v2/_token"))[1]["token"]
        await world.delete("role", "push")
        assert (await signed(world, made))[1]["__type"] == "UnrecognizedClientException"
        for authorization in (login, bearer):
            assert (await at_registry(world, authorization))[0] == 401

    scene(play)
