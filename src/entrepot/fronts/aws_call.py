"""What the two protocols of the AWS door have in common: the signature, the body, and whose call it is."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from starlette.requests import Request

from entrepot.aws.dispatch import Service
from entrepot.aws.errors import refusal, serialization_error
from entrepot.context import App, Context, Principal, Registry
from entrepot.errors import SizeInvalid
from entrepot.fronts import bodies
from entrepot.fronts.clients import client_of
from entrepot.rules import sigv4
from entrepot.rules.sigv4 import Claim, SignatureError, SignedRequest
from entrepot.services.credentials import AccessKey

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of a body: a layer part of 20 MiB in base64, and room to spare."""

KeyFinder: TypeAlias = Callable[[App, str, str | None], Awaitable[AccessKey | None]]
"""Finds a key by its id and the session token beside it."""

UseNoter: TypeAlias = Callable[[App, Principal, str, str, datetime], Awaitable[None]]
"""Notes whose key was used for which service, in which Region and when."""


@dataclass(frozen=True, slots=True)
class Door:
    """What answers at the door: services by the name that they have in a credential scope.

    `find_key` is where keys are found, `note_use` what is told of each use of one.
    """

    json: Mapping[str, Service]
    query: Mapping[str, Service]
    find_key: KeyFinder
    note_use: UseNoter


@dataclass(frozen=True, slots=True)
class Call:
    """A signed request whose signature is yet to be verified."""

    app: App
    request: Request
    head: SignedRequest
    claim: Claim
    request_id: str


def head_of(request: Request) -> SignedRequest:
    """What the client signed of a request, as it came over the wire."""
    scope = request.scope
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return SignedRequest(
        method=scope["method"],
        raw_path=raw_path.partition(b"?")[0].decode("latin-1"),
        query_string=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
    )


async def authenticate(call: Call, door: Door) -> tuple[Context, bytearray]:
    """Who calls, and the body that their signature covers.

    The body of an unknown key's request is not kept, and the time that counts is the one at which the head arrived:
    a body may be long on its way. Raises SignatureError, and Refusal for a body that is too long or not whole.
    """
    app, claim, now = call.app, call.claim, call.app.clock()
    key = await door.find_key(app, claim.access_key_id, claim.token)
    if key is None or not key.active:
        await drain(call.request)
        raise SignatureError("UnrecognizedClient", "The security token included in the request is invalid.")
    body, digest = await _read(call.request)
    sigv4.verify(claim, call.head, digest, key.secret, now)
    sigv4.check_session(claim, key.session_token, key.expires, now)
    await door.note_use(app, key.principal, claim.service, claim.region, now)
    registry = Registry(key.principal.account, claim.region)
    return Context(key.principal, registry, call.request_id, now, client_of(app, call.request)), body


async def drain(request: Request) -> None:
    """Reads what is left of a body and drops it: a client that is still sending may never see the answer."""
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > BODY_LIMIT:
            return


async def _read(request: Request) -> tuple[bytearray, str]:
    try:
        length = bodies.announced_length(request)
        if length is not None and length > BODY_LIMIT:
            raise _too_long()
        return await _collect(request, length)
    except SizeInvalid as error:
        raise serialization_error(error.message) from None


async def _collect(request: Request, length: int | None) -> tuple[bytearray, str]:
    body, digest = bytearray(), hashlib.sha256()
    async for chunk in bodies.chunks(request, length):
        body += chunk
        digest.update(chunk)
        if len(body) > BODY_LIMIT:
            raise _too_long()
    return body, digest.hexdigest()


def _too_long() -> Exception:
    return refusal("RequestEntityTooLargeException", f"The body has more than {BODY_LIMIT} bytes.", 413)
