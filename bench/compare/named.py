"""A registry that somebody else started, at a URL: `NAME=URL[,USER:PASSWORD]`.

The path of the URL, if there is one, is what repositories' names begin with, as a project of Harbor.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bench.caller import basic
from bench.compare.contestants import REPOSITORY, Contestant, Kind
from bench.content import Content
from bench.servers import Backends

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Named:
    """Where it is and who asks it; `login` is a user and a password."""

    name: str
    netloc: str
    repository: str
    login: tuple[str, str] | None


def parsed(text: str) -> Named:
    """Of the command line; raises ValueError for what is none of that form, or no http."""
    name, _, rest = text.partition("=")
    address, _, login = rest.partition(",")
    url = urlsplit(address)
    if not name or url.scheme != "http" or not url.netloc:
        raise ValueError(f"{text!r} is not NAME=http://HOST:PORT[/PREFIX][,USER:PASSWORD]")
    user, colon, password = login.partition(":")
    repository = f"{url.path.strip('/')}/{REPOSITORY}".lstrip("/")
    return Named(name, url.netloc, repository, (user, password) if colon else None)


def kind(text: str) -> Kind:
    """That registry as a contestant, which is neither started nor ended, nor emptied."""
    named = parsed(text)

    @contextmanager
    def start(_behind: Backends, content: Content) -> Iterator[Contestant]:
        headers = logged_in(named)
        yield Contestant(named.name, named.name, named.netloc, content, headers, named.login, named.repository)

    return Kind(named.name, named.name, start)


def logged_in(named: Named) -> dict[str, str]:
    """The header of every request: as the registry asks for it when it is asked without (Basic or a Bearer token)."""
    status, challenge, _ = _get(named.netloc, "/v2/", {})
    own = basic(*named.login) if named.login else {}
    if status != http.HTTPStatus.UNAUTHORIZED or not challenge.lower().startswith("bearer "):
        return own
    asked = dict(_PARAMETER.findall(challenge))
    realm = urlsplit(asked.pop("realm"))
    query = urlencode(asked | {"scope": f"repository:{named.repository}:pull,push,delete"})
    status, _, body = _get(realm.netloc, f"{realm.path}?{query}", own)
    if status != http.HTTPStatus.OK:
        raise OSError(f"{named.name} gives no token: status {status}")
    answer = json.loads(body)
    return {"Authorization": f"Bearer {answer.get('token') or answer['access_token']}"}


def _get(netloc: str, path: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(netloc, timeout=_TIMEOUT)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("WWW-Authenticate") or "", answer.read()
    finally:
        connection.close()
