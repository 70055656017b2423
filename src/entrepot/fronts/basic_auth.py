"""Who a request at /v2/ comes from: HTTP Basic with the user AWS and a registry password, and the host it names.

A pull may come from nobody in particular: it is the anonymous principal's then, for a repository policy to allow.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from starlette.requests import Request

from entrepot.context import ANONYMOUS, App, Context, Registry, RepositoryRef
from entrepot.errors import AccessDenied, Unauthenticated
from entrepot.fronts.clients import client_of
from entrepot.fronts.oci_routes import Route
from entrepot.rules.actions import ROUTES
from entrepot.rules.actions import Route as RouteName
from entrepot.rules.names import is_repository_name
from entrepot.services import tokens
from entrepot.services.access import authorize

USER = "AWS"

# https://docs.aws.amazon.com/general/latest/gr/ecr.html: {account}.dkr.ecr.{region}.{domain}, its FIPS form, and the
# dual-stack {account}.dkr-ecr.{region}.{domain}.
_ECR_HOST = re.compile(r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d+)\.[a-z0-9.-]+(?::\d+)?", re.ASCII)

NOT_LOGGED_IN = "Not Authorized"
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


async def authenticate(app: App, request: Request, request_id: str) -> Context:
    """The context of a request; raises Unauthenticated.

    The registry is the host's where that is ECR-shaped, else the one that the password was issued for. As in ECR a
    password is good in its own Region only.
    """
    now = app.clock()
    principal, issued_for = await tokens.redeem(app, _password(request), now)
    registry = registry_of_host(request.headers.get("host", "")) or issued_for
    if registry.region != issued_for.region:
        raise Unauthenticated(f"Your authorization token is for {issued_for.region}, not for {registry.region}.")
    return Context(principal, registry, request_id, now, client_of(app, request))


def has_credentials(request: Request) -> bool:
    """Whether a request says who it is from. Some clients send an empty user and password where they have none."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    return bool(scheme) and not (scheme.lower() == "basic" and credentials.strip() == _NO_CREDENTIALS)


async def anonymous(app: App, request: Request, request_id: str, route: Route) -> Context:
    """The context of a pull that a repository's policy allows to everyone. Raises Unauthenticated for all others.

    Never AccessDenied, and the same whether the repository exists or not: whoever logs in may be allowed more.
    """
    pull = ANONYMOUS_PULLS.get((route.kind, request.method))
    if pull is None or not is_repository_name(route.name):
        raise Unauthenticated(NOT_LOGGED_IN)
    registry = registry_of_host(request.headers.get("host", "")) or app.home
    ctx = Context(ANONYMOUS, registry, request_id, app.clock(), client_of(app, request))
    try:
        for action in ROUTES[pull].actions:
            await authorize(app, ctx, action, RepositoryRef(registry, route.name))
    except AccessDenied:
        raise Unauthenticated(NOT_LOGGED_IN) from None
    return ctx


def how_to_log_in(app: App, request: Request) -> str:
    """What docker prints to whoever is not logged in, or no longer."""
    host = _shown_host(request)
    registry = registry_of_host(host) or app.home
    return (
        f"Log in with: aws ecr get-login-password --region {registry.region} | "
        f"docker login --username AWS --password-stdin {host}"
    )


def challenge(request: Request) -> str:
    """What WWW-Authenticate says: ECR's Basic realm, on the host that the client used."""
    return f'Basic realm="{request.url.scheme}://{_shown_host(request)}/",service="ecr.amazonaws.com"'


def _shown_host(request: Request) -> str:
    return re.sub(r"[^A-Za-z0-9.:\[\]_-]", "", request.headers.get("host", ""))


def _password(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated(NOT_LOGGED_IN)
    try:
        user, colon, password = base64.b64decode(credentials.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated(NOT_LOGGED_IN) from error
    if user != USER or not colon:
        raise Unauthenticated(f"The user name of this registry is '{USER}'")
    return password
