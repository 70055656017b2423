"""The /v2/ door: one table from method and route to handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App, Context
from entrepot.errors import DomainError, NameInvalid, Unauthenticated, constraint_text
from entrepot.fronts import basic_auth, oci_blobs, oci_errors, oci_listings, oci_manifests, oci_uploads
from entrepot.fronts.oci_routes import Kind, Route, parse_path
from entrepot.rules.names import is_repository_name

Handler = Callable[[App, Context, Route, Request], Awaitable[Response]]

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


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


async def handle(app: App, request: Request, request_id: str) -> Response:
    """Answers one request under /v2/."""
    response = await _handle(app, request, request_id)
    response.headers.update(VERSION)
    return response


async def _handle(app: App, request: Request, request_id: str) -> Response:
    route = parse_path(request.scope["raw_path"].partition(b"?")[0])
    if route is None:
        return oci_errors.json_error(404, "NOT_FOUND", "There is nothing at this path of the registry API")
    handlers = HANDLERS[route.kind]
    handler = handlers.get(request.method)
    if handler is None:
        allow = {"Allow": ", ".join(handlers)}
        return oci_errors.json_error(405, "UNSUPPORTED", f"{request.method} is not possible here", allow)
    try:
        if basic_auth.has_credentials(request):
            ctx = await basic_auth.authenticate(app, request, request_id)
        else:
            ctx = await basic_auth.anonymous(app, request, request_id, route)
        if route.name and not is_repository_name(route.name):
            raise NameInvalid(constraint_text("repositoryName", "must be a repository name"))
        return await handler(app, ctx, route, request)
    except Unauthenticated as error:
        told = Unauthenticated(f"{error.message.removesuffix('.')}. {basic_auth.how_to_log_in(app, request)}")
        return oci_errors.render(told, {"WWW-Authenticate": basic_auth.challenge(request)})
    except DomainError as error:
        response = oci_errors.render(error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            # RFC 9110, section 15.5.6: such an answer names the methods that are left.
            response.headers["Allow"] = ", ".join(method for method in handlers if method != request.method)
        return response
