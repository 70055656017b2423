"""The token endpoint: a registry password, or nothing, in exchange for a bearer token.

Distribution's "Token Authentication Specification" (GET) and its "OAuth2 Token Authentication" (POST). What a client
asks the token to be good for (`service`, `scope`) makes no difference to it: that is decided at each request. But who
has not logged in, and asks for what needs it, is told so here, where docker prints what it is told.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import ANONYMOUS, App, Context
from entrepot.errors import DomainError, InvalidParameter, SizeInvalid, Unauthenticated
from entrepot.fronts import callers, challenges, oci_errors, throttling
from entrepot.fronts.bodies import whole
from entrepot.fronts.clients import client_of
from entrepot.services import bearer_tokens
from entrepot.services.bearer_tokens import Bearer

METHODS = ("GET", "POST")
_LONGEST_FORM = 32 * 1024
_MOST_FIELDS = 100
_MOST_SCOPES = 20


async def answer(app: App, request: Request, request_id: str) -> Response:
    """The token, or why there is none."""
    try:
        given = await _given(app, request, request_id)
    except Unauthenticated as error:
        app.observer.refused(error)
        return challenges.ask_for_password(app, request, error)
    except DomainError as error:
        app.observer.refused(error)
        return oci_errors.render(error)
    body = {
        "token": given.token,
        "access_token": given.token,
        "expires_in": int((given.expires - given.issued).total_seconds()),
        "issued_at": given.issued.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return Response(msgspec.json.encode(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


async def _given(app: App, request: Request, request_id: str) -> Bearer:
    try:
        password = await _password(request)
        if password is not None:
            return await _exchanged(app, request, password)
    except Unauthenticated:
        await throttling.count_stranger(app, client_of(app, request))
        raise
    await throttling.count_stranger(app, client_of(app, request))
    return await _for_nobody(app, request, request_id)


async def _exchanged(app: App, request: Request, password: str) -> Bearer:
    now = app.clock().replace(microsecond=0)
    claims, registry = await callers.claimed(app, request, password, now)
    return await bearer_tokens.for_claims(app, claims, registry, now)


async def _for_nobody(app: App, request: Request, request_id: str) -> Bearer:
    now = app.clock().replace(microsecond=0)
    registry = callers.named_registry(request) or app.home
    ctx = Context(ANONYMOUS, registry, request_id, now, client_of(app, request))
    scopes = " ".join(request.query_params.getlist("scope")).split()[:_MOST_SCOPES]
    if scopes and not await _any_is_open(app, ctx, scopes):
        raise Unauthenticated(callers.NOT_LOGGED_IN, callers.NO_CREDENTIALS)
    return await bearer_tokens.for_nobody(app, registry, now)


async def _any_is_open(app: App, ctx: Context, scopes: list[str]) -> bool:
    """Whether nothing but pulls is asked for, and one of them at least is open to everyone.

    A scope is type:name:actions ("Token Scope Documentation").
    """
    asked = [(*scope.rpartition(":")[0].partition(":"), scope.rpartition(":")[2]) for scope in scopes]
    if any(kind != "repository" or actions != "pull" for kind, _, _, actions in asked):
        return False
    for _, _, name, _ in asked:
        if await callers.is_open(app, ctx, "manifest.get", name):
            return True
    return False


async def _password(request: Request) -> str | None:
    """The password that a request brings; None where it brings no credentials. Raises Unauthenticated."""
    if request.method == "POST":
        return await _password_of_form(request)
    return callers.basic_password(request) if callers.has_credentials(request) else None


async def _password_of_form(request: Request) -> str:
    body = await whole(request, _LONGEST_FORM)
    if body is None:
        raise SizeInvalid(f"The form has more than {_LONGEST_FORM} bytes")
    try:
        form = dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise InvalidParameter("The body is not a form") from error
    if form.get("grant_type") != "password":
        raise InvalidParameter.at("grant_type", "must be 'password': there are no refresh tokens")
    return callers.password_of(form.get("username", ""), form.get("password", ""))
