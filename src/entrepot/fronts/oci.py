"""The /v2/ door: one table from method and route to handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App, Context
from entrepot.errors import DomainError, NameInvalid, Unauthenticated, constraint_text
from entrepot.fronts import (
    again,
    callers,
    challenges,
    oci_blobs,
    oci_errors,
    oci_listings,
    oci_manifests,
    oci_tokens,
    oci_uploads,
    throttling,
)
from entrepot.fronts.clients import client_of
from entrepot.fronts.oci_routes import BEARER_PATH, PATTERNS, Kind, Route, parse_path
from entrepot.rules.names import is_repository_name

Handler = Callable[[App, Context, Route, Request], Awaitable[Response]]


async def ping(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET /v2/: the caller is logged in."""
    del app, ctx, route, request
    return Response(b"{}", media_type="application/json")


HANDLERS: dict[Kind, dict[str, Handler]] = {
    "ping": {"GET": ping, "HEAD": ping},
    "catalog": {"GET": oci_listings.catalog},
    "tags": {"GET": oci_listings.tags},
    "referrers": {"GET": oci_listings.referrers},
    "manifest": {
        "GET": oci_manifests.get,
        "HEAD": oci_manifests.head,
        "PUT": oci_manifests.put,
        "DELETE": oci_manifests.delete,
    },
    "blob": {"GET": oci_blobs.get, "HEAD": oci_blobs.head, "DELETE": oci_blobs.delete},
    "uploads": {"POST": oci_uploads.start},
    "upload": {
        "GET": oci_uploads.status,
        "PATCH": oci_uploads.patch,
        "PUT": oci_uploads.complete,
        "DELETE": oci_uploads.cancel,
    },
}
"""By the kind of the route, for whoever has been identified. Bearer tokens come before that: `oci_tokens`."""

NAMES = {(kind, method): f"{kind}.{method.lower()}" for kind, handlers in HANDLERS.items() for method in handlers}
"""What metrics and traces call them."""

METHODS: dict[Kind, tuple[str, ...]] = {kind: tuple(handlers) for kind, handlers in HANDLERS.items()}
METHODS["token"] = oci_tokens.METHODS


async def handle(app: App, request: Request, request_id: str) -> Response:
    """Answers one request under /v2/."""
    response = await _handle(app, request, request_id)
    response.headers.update(again.VERSION)
    return response


async def _handle(app: App, request: Request, request_id: str) -> Response:
    route = parse_path(request.scope["raw_path"].partition(b"?")[0])
    if route is None:
        return oci_errors.json_error(404, "NOT_FOUND", "There is nothing at this path of the registry API")
    methods = METHODS[route.kind]
    if request.method not in methods:
        allow = {"Allow": ", ".join(methods)}
        return oci_errors.json_error(405, "UNSUPPORTED", f"{request.method} is not possible here", allow)
    if route.kind == "token":
        with app.observer.operation(f"token.{request.method.lower()}", BEARER_PATH):
            return await oci_tokens.answer(app, request, request_id)
    try:
        return await _answer(app, request, request_id, route)
    except DomainError as error:
        app.observer.refused(error)
        response = oci_errors.render(error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # RFC 9110, section 15.5.6: such an answer names the methods that are left.
            response.headers["Allow"] = ", ".join(method for method in methods if method != request.method)
        return response


async def _answer(app: App, request: Request, request_id: str, route: Route) -> Response:
    try:
        with app.observer.operation(NAMES[route.kind, request.method], PATTERNS[route.kind]) as operation:
            ctx = await _identified(app, request, request_id)
            await throttling.count_route(app, ctx, route, request)
            await callers.require_login(app, ctx, request, route)
            if route.name and not is_repository_name(route.name):
                raise NameInvalid(constraint_text("repositoryName", "must be a repository name"))
            operation.about(ctx.registry.account, ctx.registry.region, route.name)
            return await HANDLERS[route.kind][request.method](app, ctx, route, request)
    except Unauthenticated as error:
        return await challenges.ask(app, request, error)


async def _identified(app: App, request: Request, request_id: str) -> Context:
    try:
        return await callers.identify(app, request, request_id)
    except Unauthenticated:
        await throttling.count_stranger(app, client_of(app, request))
        raise
