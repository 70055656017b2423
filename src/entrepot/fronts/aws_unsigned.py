"""Calls of the query protocol that come without a signature, because they bring a proof of their own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot.aws.errors import serialization_error
from entrepot.context import ANONYMOUS, App, Context, Registry
from entrepot.errors import SizeInvalid
from entrepot.fronts import aws_query, bodies
from entrepot.fronts.aws_call import Door, drain
from entrepot.fronts.clients import client_of
from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignatureError, SignedRequest

SERVICE = "sts"
OPERATIONS = frozenset({"AssumeRoleWithWebIdentity"})
"""All that is answered without a signature: its token is the proof (STS API Reference)."""

BODY_LIMIT = 128 * 1024
"""Bytes of a body: a token of 20,000 characters and a policy of 2,048, and room for how a form writes them."""

_NOWHERE = Registry("", "")


def is_unsigned(head: SignedRequest) -> bool:
    """Whether a request makes no claim at all to come from a key's owner."""
    try:
        sigv4.parse(head)
    except SignatureError as error:
        return error.fault == "MissingAuthenticationToken"
    return False


async def answer(app: App, request: Request, head: SignedRequest, door: Door) -> Response:
    """Answers one of OPERATIONS. Raises SignatureError for anything else, and Refusal."""
    now = app.clock()
    try:
        body = await bodies.whole(request, BODY_LIMIT)
    except SizeInvalid as error:
        raise serialization_error(error.message) from None
    if body is None:
        await drain(request)
    parameters = aws_query.parameters_of(head, body) if body is not None and head.method in aws_query.METHODS else []
    if dict(parameters).get("Action") not in OPERATIONS:
        raise SignatureError("MissingAuthenticationToken", "Missing Authentication Token")
    request_id: str = request.scope["entrepot.request_id"]
    ctx = Context(ANONYMOUS, _NOWHERE, request_id, now, client_of(app, request))
    return await aws_query.respond(app, ctx, SERVICE, door.query[SERVICE], parameters)
