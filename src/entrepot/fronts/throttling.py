"""Where requests are counted against the rates of whoever sends them: after they were identified, before anything else.

Every refusal for its rate is raised here, at either door.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.requests import Request

from entrepot.context import ANONYMOUS, App, Client, Context
from entrepot.errors import DomainError, RateExceeded
from entrepot.fronts.bodies import has_body
from entrepot.fronts.oci_routes import Route
from entrepot.rules.actions import ROUTES
from entrepot.rules.actions import Route as RouteName
from entrepot.services.rate_limits import caller_of

ECR = "ecr"

_NAMES: Mapping[tuple[str, str], RouteName] = {
    ("catalog", "GET"): "catalog",
    ("tags", "GET"): "tags",
    ("referrers", "GET"): "referrers",
    ("manifest", "GET"): "manifest.get",
    ("manifest", "HEAD"): "manifest.head",
    ("manifest", "PUT"): "manifest.put",
    ("manifest", "DELETE"): "manifest.delete",
    ("blob", "GET"): "blob.get",
    ("blob", "HEAD"): "blob.head",
    ("blob", "DELETE"): "blob.delete",
    ("uploads", "POST"): "upload.start",
    ("upload", "GET"): "upload.status",
    ("upload", "PATCH"): "upload.patch",
    ("upload", "PUT"): "upload.put",
    ("upload", "DELETE"): "upload.cancel",
}

log = structlog.get_logger()


async def count(app: App, ctx: Context, service: str, *operations: str) -> None:
    """Counts a request of somebody who was identified. Raises RateExceeded."""
    if app.rates is None:
        return
    caller = caller_of(ctx.principal, ctx.client)
    try:
        if ctx.principal != ANONYMOUS or not await app.rates.take_as_stranger(caller):
            await app.rates.take(caller, service, operations)
    except RateExceeded:
        log.info("throttled", principal=ctx.principal.arn, caller=caller, service=service, operations=operations)
        raise


async def count_stranger(app: App, client: Client) -> None:
    """Counts a request whose credentials prove nothing. Raises RateExceeded."""
    if app.rates is None:
        return
    caller = caller_of(ANONYMOUS, client)
    try:
        await app.rates.take_as_stranger(caller)
    except RateExceeded:
        log.info("throttled", caller=caller)
        raise


async def count_route(app: App, ctx: Context, route: Route, request: Request) -> None:
    """Counts a request at /v2/ as the operations of ECR that it stands for. Raises RateExceeded."""
    if app.rates is not None:
        await count(app, ctx, ECR, *operations_of(route, request))


async def has_room(app: App, ctx: Context, operations: tuple[str, ...]) -> bool:
    """Counts a request at /v2/, unless its rate is used up: then it is refused on the long way, which counts it too."""
    if app.rates is None:
        return True
    try:
        await app.rates.take(caller_of(ctx.principal, ctx.client), ECR, operations)
    except DomainError:
        return False
    return True


def operations_of(route: Route, request: Request) -> tuple[str, ...]:
    """The operations of ECR that a request at /v2/ stands for: those whose rights it needs. A ping is none."""
    return tuple(action.removeprefix(f"{ECR}:") for action in actions_of(route, request))


def actions_of(route: Route, request: Request) -> tuple[str, ...]:
    """The rights that a request at /v2/ needs."""
    name = _NAMES.get((route.kind, request.method))
    if name is None:
        return ()
    if name == "upload.start" and "digest" in request.query_params:
        name = "upload.monolithic"
    if name == "upload.put" and has_body(request):
        name = "upload.put.body"
    return ROUTES[name].actions
