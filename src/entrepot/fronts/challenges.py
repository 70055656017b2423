"""What a request at /v2/ is told that has to log in: a 401 with a challenge, and the command that logs in.

The challenge is ECR's: HTTP Basic. Docker, unlike other clients, gives up on it where it has no password, so a
registry with something that everyone may pull asks for a bearer token in its place, which is there for the asking.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App
from entrepot.errors import Unauthenticated
from entrepot.fronts import oci_errors
from entrepot.fronts.callers import NOT_LOGGED_IN, is_bearer, named_registry
from entrepot.fronts.clients import client_of
from entrepot.fronts.oci_routes import BEARER_PATH
from entrepot.services.public_pulls import has_public_pulls

_SERVICE = 'service="ecr.amazonaws.com"'


async def ask(app: App, request: Request, error: Unauthenticated) -> Response:
    """The answer at every route but the token's."""
    told = _with_command(app, request, error)
    public = await has_public_pulls(app, named_registry(request) or app.home)
    challenge = _bearer(app, request, error, told.message) if public else _basic(app, request)
    return oci_errors.render(told, {"WWW-Authenticate": challenge})


def ask_for_password(app: App, request: Request, error: Unauthenticated) -> Response:
    """The answer where tokens are given out: a password is all that helps there."""
    return oci_errors.render(_with_command(app, request, error), {"WWW-Authenticate": _basic(app, request)})


def _with_command(app: App, request: Request, error: Unauthenticated) -> Unauthenticated:
    return Unauthenticated(f"{error.message.removesuffix('.')}. {_how_to_log_in(app, request)}", error.reason)


def _how_to_log_in(app: App, request: Request) -> str:
    """What docker prints to whoever is not logged in, or no longer."""
    registry = named_registry(request) or app.home
    return (
        f"Log in with: aws ecr get-login-password --region {registry.region} | "
        f"docker login --username AWS --password-stdin {_shown_host(request)}"
    )


def _basic(app: App, request: Request) -> str:
    """ECR's realm, on the host that the client used."""
    return f'Basic realm="{_origin(app, request)}/",{_SERVICE}'


def _bearer(app: App, request: Request, error: Unauthenticated, told: str) -> str:
    """Distribution's token specification; for a token that was not good enough, RFC 6750, section 3.1, as well.

    Without an error containerd would come again with the same token. Clients print the description where an answer
    to HEAD has no body to print.
    """
    challenge = f'Bearer realm="{_origin(app, request)}{BEARER_PATH}",{_SERVICE}'
    if not is_bearer(request):
        return challenge
    code = "insufficient_scope" if error.message == NOT_LOGGED_IN else "invalid_token"
    return f'{challenge},error="{code}",error_description="{told}"'


def _origin(app: App, request: Request) -> str:
    scheme = "https" if client_of(app, request).secure else request.url.scheme
    return f"{scheme}://{_shown_host(request)}"


def _shown_host(request: Request) -> str:
    return re.sub(r"[^A-Za-z0-9.:\[\]_-]", "", request.headers.get("host", ""))
