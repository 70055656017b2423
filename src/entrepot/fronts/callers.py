"""Who a request at /v2/ comes from: its Authorization header, and the registry that its host names.

HTTP Basic with the user AWS and a registry password, or a bearer token that stands for one. A pull may come from
nobody in particular: it is the anonymous principal's then, for a repository policy to allow.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request

from entrepot.context import ANONYMOUS, App, Context, Registry, RepositoryRef
from entrepot.errors import AccessDenied, Unauthenticated
from entrepot.fronts.clients import client_of
from entrepot.fronts.oci_routes import Route
from entrepot.rules.actions import ROUTES
from entrepot.rules.actions import Route as RouteName
from entrepot.rules.names import is_repository_name
from entrepot.services import bearer_tokens, tokens
from entrepot.services.access import authorize
from entrepot.services.tokens import Claims

USER = "AWS"

# https://docs.aws.amazon.com/general/latest/gr/ecr.html: {account}.dkr.ecr.{region}.{domain}, its FIPS form, and the
# dual-stack {account}.dkr-ecr.{region}.{domain}.
_ECR_HOST = re.compile(r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d+)\.[a-z0-9.-]+(?::\d+)?", re.ASCII)

NOT_LOGGED_IN = "Not Authorized"
NO_CREDENTIALS = "MissingAuthenticationToken"
_NO_CREDENTIALS = base64.b64encode(b":").decode()

ANONYMOUS_PULLS: Mapping[tuple[str, str], RouteName] = {
    ("manifest", "GET"): "manifest.get",
    ("manifest", "HEAD"): "manifest.head",
    ("blob", "GET"): "blob.get",
    ("blob", "HEAD"): "blob.head",
}
"""What a request without credentials can ask for, by the kind of its route and its method."""


def registry_of_host(host: str) -> Registry | None:
    """The registry that an ECR-shaped host names; None for any other host."""
    match = _ECR_HOST.fullmatch(host.lower())
    return Registry(match[1], match[2]) if match else None


def named_registry(request: Request) -> Registry | None:
    """The registry that the request's host names; None for a plain host."""
    return registry_of_host(request.headers.get("host", ""))


def has_credentials(request: Request) -> bool:
    """Whether a request says who it is from. Some clients send an empty user and password where they have none."""
    scheme, credentials = _authorization(request)
    return bool(scheme) and not (scheme == "basic" and credentials == _NO_CREDENTIALS)


def is_bearer(request: Request) -> bool:
    """Whether a request comes with a bearer token, good or not."""
    return _authorization(request)[0] == "bearer"


async def identify(app: App, request: Request, request_id: str) -> Context:
    """The context of a request. Raises Unauthenticated where it comes with credentials that prove nothing.

    The registry is the host's where that is ECR-shaped, else the one that the password was issued for, or the
    deployment's own where nobody asks.
    """
    now, named, until = app.clock(), named_registry(request), None
    if not has_credentials(request):
        principal, registry = ANONYMOUS, named or app.home
    elif is_bearer(request):
        principal, claims = await bearer_tokens.redeem(app, _authorization(request)[1], now)
        until, issued_for = claims.end, claims.registry
        registry = named or (app.home if principal == ANONYMOUS else issued_for)
        if registry != issued_for:
            raise Unauthenticated(f"Your authorization token is for {_shown(issued_for)}, not for {_shown(registry)}.")
    else:
        claims, registry = await claimed(app, request, basic_password(request), now)
        principal, until = await tokens.holder(app, claims, now), claims.end
    return Context(principal, registry, request_id, now, client_of(app, request), until=until)


async def require_login(app: App, ctx: Context, request: Request, route: Route) -> None:
    """Raises Unauthenticated, never AccessDenied, where nobody in particular asks for anything but an open pull."""
    if ctx.principal == ANONYMOUS:
        pull = ANONYMOUS_PULLS.get((route.kind, request.method))
        if pull is None or not await is_open(app, ctx, pull, route.name):
            raise Unauthenticated(NOT_LOGGED_IN, NO_CREDENTIALS)


async def claimed(app: App, request: Request, password: str, now: datetime) -> tuple[Claims, Registry]:
    """What a password says, and the registry that it is used at. Raises Unauthenticated.

    As in ECR a password is good in its own Region only, there at any registry.
    """
    claims = await tokens.unseal_password(app, password, now)
    registry = named_registry(request) or claims.registry
    if registry.region != claims.region:
        raise Unauthenticated(f"Your authorization token is for {claims.region}, not for {registry.region}.")
    return claims, registry


def basic_password(request: Request) -> str:
    """The password of HTTP Basic, whose user is always AWS. Raises Unauthenticated."""
    scheme, credentials = _authorization(request)
    if scheme != "basic":
        raise Unauthenticated(NOT_LOGGED_IN, NO_CREDENTIALS)
    try:
        user, colon, password = base64.b64decode(credentials, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated(NOT_LOGGED_IN) from error
    return password_of(user if colon else "", password)


def password_of(user: str, password: str) -> str:
    """The password, where it comes with the one user name that there is. Raises Unauthenticated."""
    if user != USER:
        raise Unauthenticated(f"The user name of this registry is '{USER}'")
    return password


async def is_open(app: App, ctx: Context, pull: RouteName, name: str) -> bool:
    """Whether a caller without credentials may do what a pulling route does.

    The same whether the repository exists or not, and no reason is given: whoever logs in may be allowed more.
    """
    if not is_repository_name(name):
        return False
    try:
        for action in ROUTES[pull].actions:
            await authorize(app, ctx, action, RepositoryRef(ctx.registry, name))
    except AccessDenied:
        return False
    return True


def _authorization(request: Request) -> tuple[str, str]:
    """Scheme, in lower case, and credentials; both empty where the header is missing."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), credentials.strip()


def _shown(registry: Registry) -> str:
    return f"registry {registry.account} in {registry.region}"
