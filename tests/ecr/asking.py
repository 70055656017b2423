"""Operations and routes within the test's own process, with a note of every permission that they asked for."""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.types import Message

from entrepot.aws import ecr as operations
from entrepot.aws.dispatch import run
from entrepot.context import App, Context, Principal, Registry, RepositoryRef
from entrepot.fronts import oci
from entrepot.services import access, tokens

SERVICE = operations.service()

Asked = list[tuple[str, str]]


def record(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A list to which every module that asks `authorize` adds (action, repository's name or '*') from now on."""
    seen: Asked = []
    decide, decide_each = access.authorize, access.allowed

    async def authorize(
        app: App, ctx: Context, action: str, resource: access.Target, keys: Mapping[str, Any] | None = None
    ) -> None:
        seen.append((action, resource.name if isinstance(resource, RepositoryRef) else "*"))
        await decide(app, ctx, action, resource, keys)

    async def allowed(app: App, ctx: Context, action: str, repos: Sequence[RepositoryRef]) -> list[bool]:
        seen.append((action, "*"))  # as many as there are, in one call
        return await decide_each(app, ctx, action, repos)

    for name, module in list(sys.modules.items()):
        for asked, watched in ((decide, authorize), (decide_each, allowed)):
            if name.startswith("entrepot.") and getattr(module, asked.__name__, None) is asked:
                monkeypatch.setattr(module, asked.__name__, watched)
    return seen


class Asking:
    """A root of its account who calls, and what each call asked for."""

    def __init__(self, app: App, asked: Asked, account: str, region: str, access_key_id: str) -> None:
        self.app = app
        self.asked = asked
        self.registry = Registry(account, region)
        root = Principal(f"arn:aws:iam::{account}:root", account, account, access_key_id)
        self.ctx = Context(root, self.registry, "request", app.clock())

    async def operation(self, name: str, /, **given: Any) -> tuple[Asked, dict[str, Any]]:
        """Calls an operation; returns what it asked for, and its answer."""
        self.asked.clear()
        answer = await run(SERVICE.endpoints[name], self.app, self.ctx, given)
        return list(self.asked), msgspec.json.decode(msgspec.json.encode(answer))

    async def route(
        self, method: str, target: str, body: bytes = b"", **headers: str
    ) -> tuple[Asked, int, Mapping[str, str]]:
        """Sends a request to /v2/; returns what it asked for, the status and the headers."""
        token = (await tokens.issue(self.app, self.ctx, [self.registry]))[0]
        login = base64.b64encode(f"AWS:{token.password}".encode()).decode()
        sent = {"Host": "localhost", "Authorization": f"Basic {login}", "Content-Length": str(len(body)), **headers}
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        self.asked.clear()
        response = await oci.handle(self.app, Request(scope, receive), "request")
        return list(self.asked), response.status_code, response.headers
