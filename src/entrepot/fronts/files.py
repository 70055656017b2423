"""Layers by signed URL: the door behind GetDownloadUrlForLayer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.fronts import oci_errors
from entrepot.fronts.clients import client_of
from entrepot.fronts.oci_blobs import serve
from entrepot.services import downloads

PREFIX = "/layers/"


async def handle(app: App, request: Request, request_id: str) -> Response:
    """GET or HEAD with the ticket as the last segment; ranges and conditions as for any blob."""
    if request.method not in {"GET", "HEAD"}:
        return oci_errors.json_error(
            405, "UNSUPPORTED", f"{request.method} is not possible here", {"Allow": "GET, HEAD"}
        )
    try:
        with app.observer.operation(f"layer.{request.method.lower()}", f"{PREFIX}{{ticket}}"):
            ticket = request.url.path.removeprefix(PREFIX)
            row = await downloads.redeem(app, ticket, request_id, client_of(app, request))
            return await serve(app, row, request)
    except DomainError as error:
        return oci_errors.render(error)
