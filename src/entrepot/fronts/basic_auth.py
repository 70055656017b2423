"""Who a request at /v2/ comes from: HTTP Basic with the user AWS and a registry password, and the host it names."""

from __future__ import annotations

import base64
import binascii
import re

from starlette.requests import Request

from entrepot.context import App, Context, Registry
from entrepot.errors import Unauthenticated
from entrepot.services import tokens

USER = "AWS"

# https://docs.aws.amazon.com/general/latest/gr/ecr.html: {account}.dkr.ecr.{region}.{domain}, its FIPS form, and the
# dual-stack {account}.dkr-ecr.{region}.{domain}.
_ECR_HOST = re.compile(r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d+)\.[a-z0-9.-]+(?::\d+)?", re.ASCII)

NOT_LOGGED_IN = (
    "Not Authorized: log in first, with "
    "'aws ecr get-login-password | docker login --username AWS --password-stdin HOST'"
)


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
    return Context(principal, registry, request_id, now)


def challenge(request: Request) -> str:
    """What WWW-Authenticate says: ECR's Basic realm, on the host that the client used."""
    host = re.sub(r"[^A-Za-z0-9.:\[\]_-]", "", request.headers.get("host", ""))
    return f'Basic realm="{request.url.scheme}://{host}/",service="ecr.amazonaws.com"'


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
