"""The AWS door without a server: a request as botocore signs it, handed to the door as ASGI would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from entrepot.aws import shapes_ecr, sts
from entrepot.aws.dispatch import build_service, handlers_of
from entrepot.context import App, Context, Principal, Registry
from entrepot.fronts import aws_json
from entrepot.fronts.aws_call import Door
from entrepot.services.credentials import AccessKey
from tests.aws import handlers
from tests.aws.models import ECR
from tests.rules.signing import KEY_ID, SECRET, Headers, Signed, sign

ACCOUNT = "012345678901"
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, KEY_ID)
KEY = AccessKey(KEY_ID, SECRET, ROOT, active=True)
NOTHING = cast("Any", None)
APP = App(
    NOTHING,
    NOTHING,
    NOTHING,
    NOTHING,
    clock=lambda: datetime.now(UTC),
    new_id=lambda: "new",
    access=NOTHING,
    home=Registry("123456789012", "us-east-1"),
    jwks=NOTHING,
    usage=NOTHING,
    answers=NOTHING,
    current=NOTHING,
)
CONTEXT = Context(ROOT, Registry(ACCOUNT, "us-east-1"), "request-1", datetime(2026, 1, 2, tzinfo=UTC))
SERVICES = {"ecr": build_service(ECR, shapes_ecr.INPUTS, handlers_of([handlers]))}
JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass
class Client:
    """Sends to a door that knows one key. `sent` collects what was read of the bodies, `uses` the key's uses."""

    key: AccessKey | None = KEY
    clock_offset: float = 0
    sent: list[bytes] = field(default_factory=list)
    uses: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, signed: Signed, body: bytes | Sequence[bytes | None] = b"") -> Response:
        """The answer to a request; None in a body is where the client goes away."""
        chunks = [body] if isinstance(body, bytes) else list(body)
        return asyncio.run(self._send(signed, iter(chunks)))

    async def _send(self, signed: Signed, chunks: Iterable[bytes | None]) -> Response:
        messages = iter(chunks)

        async def receive() -> dict[str, Any]:
            chunk = next(messages, b"")
            if chunk is None:
                return {"type": "http.disconnect"}
            self.sent.append(chunk)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunk)}

        async def find_key(app: App, access_key_id: str, session_token: str | None) -> AccessKey | None:
            del app, session_token
            return self.key if access_key_id == KEY_ID else None

        async def note_use(app: App, principal: Principal, service: str, region: str, now: datetime) -> None:
            del app, now
            self.uses.append((principal.access_key_id, service, region))

        app = replace(APP, clock=lambda: datetime.now(UTC) + timedelta(seconds=self.clock_offset))
        door = Door(json=SERVICES, query={"sts": sts.service()}, find_key=find_key, note_use=note_use)
        return await aws_json.handle(app, Request(_scope(signed), receive), door)


def _scope(signed: Signed) -> dict[str, Any]:
    head = signed.request
    return {
        "type": "http",
        "method": head.method,
        "path": head.raw_path,
        "raw_path": head.raw_path.encode(),
        "query_string": head.query_string.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in head.headers],
        "entrepot.request_id": "request-1",
    }


def ecr_request(operation: str, given: object = None, **options: Any) -> tuple[Signed, bytes]:
    """A signed call of ECR and its body."""
    body = given if isinstance(given, bytes) else json.dumps(given or {}).encode()
    headers: Headers = (("X-Amz-Target", f"{ECR.metadata.target_prefix}.{operation}"), ("Content-Type", JSON))
    return sign(headers=headers, body=body, **options), body


def call(operation: str, given: object = None, client: Client | None = None) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer of ECR."""
    return answer_of((client or Client()).send(*ecr_request(operation, given)))


def answer_of(response: Response) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a response of the JSON protocol."""
    assert response.headers["content-type"] == JSON
    return response.status_code, json.loads(bytes(response.body))


def error_of(response: Response) -> tuple[int, str, str]:
    """Status, code and message of an error in either protocol."""
    if response.headers["content-type"] == JSON:
        status, body = answer_of(response)
        return status, body["__type"], body["message"]
    root = ET.fromstring(bytes(response.body))  # noqa: S314 - our own answer
    code, message = (root.findtext(f"{{*}}Error/{{*}}{name}") for name in ("Code", "Message"))
    return response.status_code, code or "", message or ""
