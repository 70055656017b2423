"""Requests to the AWS door signed by botocore, to be spoilt and sent by hand."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.server import Keys, Server

JSON = "application/x-amz-json-1.1"
TARGET = "AmazonEC2ContainerRegistry_V20150921."


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the AWS door."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The error's code; empty for a success."""
        return self.body.get("__type", "") if self.status >= 400 else ""


@dataclass(frozen=True, slots=True)
class Request:
    """A signed request as it goes over the wire."""

    server: Server
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def send(self) -> Reply:
        """Sends it as it is."""
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=30)
        try:
            connection.putrequest(self.method, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(self.body)))
            connection.endheaders(self.body)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        assert headers["x-amzn-requestid"]
        return Reply(answer.status, headers, _read(raw))

    def change(self, **changes: Any) -> Request:
        """The same with some of it replaced, and the signature as it was."""
        return replace(self, **changes)

    def with_header(self, name: str, value: str | None) -> Request:
        """The same with a header replaced, or left out."""
        kept = {key: each for key, each in self.headers.items() if key.lower() != name.lower()}
        return replace(self, headers={**kept, name: value} if value is not None else kept)


def _read(raw: bytes) -> Any:
    """An answer as JSON; of one in the query protocol's XML, its error code alone."""
    if not raw.startswith(b"<"):
        return json.loads(raw) if raw else {}
    code = re.search(rb"<Code>(.+?)</Code>", raw)
    return {"__type": code[1].decode()} if code else {}


def sign(
    server: Server,
    operation: str,
    body: bytes | Mapping[str, Any] = b"{}",
    *,
    keys: Keys | None = None,
    region: str | None = None,
    service: str = "ecr",
    at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    presigned_for: int | None = None,
) -> Request:
    """A request for an operation. `at` is the time that it claims to be signed at (UTC, no zone)."""
    given = keys or server.keys
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    wanted = {"Content-Type": JSON, "X-Amz-Target": TARGET + operation, **(headers or {})}
    request = AWSRequest(method="POST", url=f"{server.url}/", data=data, headers=wanted)
    credentials = Credentials(given.access_key_id, given.secret_access_key)
    place = (credentials, service, region or server.region)
    signer = (
        botocore.auth.SigV4Auth(*place)
        if presigned_for is None
        else botocore.auth.SigV4QueryAuth(*place, expires=presigned_for)
    )
    moment = at or botocore.auth.get_current_datetime()
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=moment):
        signer.add_auth(request)
    parts = urlsplit(str(request.url))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {name: value if isinstance(value, str) else bytes(value).decode() for name, value in request.headers.items()}
    return Request(server, "POST", path, {"Host": parts.netloc, **sent}, data)
