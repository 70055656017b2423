"""/healthz: the process runs. /readyz: it can reach its database, so a balancer may send it requests."""

from __future__ import annotations

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from entrepot.context import App
from entrepot.errors import DomainError


async def healthz(_app: App, _request: Request) -> Response:
    """Always 200 while the process answers at all."""
    return JSONResponse({"status": "ok"})


async def readyz(app: App, _request: Request) -> Response:
    """200, or 503 while the database does not answer."""
    try:
        await app.db.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
    except DomainError as error:
        return JSONResponse({"status": "unavailable", "reason": error.message}, 503, headers={"Retry-After": "5"})
    return JSONResponse({"status": "ok"})
