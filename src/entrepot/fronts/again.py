"""Answers that are given again: to the same question, from the same caller, while nothing that they stand on changed.

A manifest that is pulled a thousand times a second is the same question a thousand times. What the first one was
answered with is kept, along with all that it stood on, and each of these is looked at anew for each request:

- who asks: the same Authorization header, before the end of what it stands for, with a key that is active now;
- what they may: no change in the accounts concerned, and no policy that looks at anything which may differ from request
  to request (those are decided on each time);
- what the name stands for: read in the database, after the request came (`services.gathering`);
- the key of the repository, where it has one of KMS.

So nothing is ever answered here that would be answered differently without. What is also done for a request, such as
noting when an image was pulled, is done by the long way: an answer is given again only until the next of them is due.
"""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope, Send

from entrepot.context import ANONYMOUS, App, Context
from entrepot.errors import DomainError
from entrepot.fronts import request_ids, throttling
from entrepot.fronts.oci_routes import Route
from entrepot.meta.times import to_micros
from entrepot.ports import Current, Name, NameKind, key_name
from entrepot.rules.garbage import needs_postponing
from entrepot.services import access
from entrepot.services.access_key_use import next_note
from entrepot.telemetry import log_request

LONGEST = timedelta(minutes=1)
LARGEST = 64 * 1024
"""Bytes of a body that is worth keeping."""

DOOR = "oci"
VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}

_MICROSECOND = timedelta(microseconds=1)
# What makes a question another one, or one with more to it than an answer that is kept can know.
_MORE = frozenset({b"content-length", b"transfer-encoding", b"expect", b"range", b"if-range"})
_ONCE = frozenset({b"host", b"authorization", b"if-none-match"})
_ASKED_ONCE = object()


class Subject(NamedTuple):
    """What an answer tells of: an image or a blob by its row, and until when there is nothing else to do about it."""

    kind: NameKind
    id: int
    digest: str
    until: datetime | None = None
    data_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and what it stands on. `operations` are ECR's, for the caller's rates."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    name: Name
    current: Current
    key: Name | None
    grounds: access.Grounds
    until: datetime
    data_key_id: int | None
    ctx: Context
    operations: tuple[str, ...]
    operation: str


async def answered(app: App, scope: Scope, send: Send) -> bool:
    """Answers a request if it can be answered again; False where it is for the long way."""
    key = _question(scope)
    known = app.answers.get(key) if key else None
    if not isinstance(known, Answer) or app.observer.tracer is not None:
        return False
    began = time.perf_counter()
    if not await _holds(app, known) or not await throttling.has_room(app, known.ctx, known.operations):
        return False
    request_id = request_ids.fresh()
    headers = [*known.headers, (b"x-amzn-requestid", request_id.encode())]
    await send({"type": "http.response.start", "status": known.status, "headers": headers})
    await send({"type": "http.response.body", "body": known.body})
    elapsed = time.perf_counter() - began
    app.observer.answered(DOOR, known.operation, known.status, elapsed, len(known.body))
    log_request(request_id, scope["method"], scope["path"], known.status, elapsed)
    return True


async def remember(
    app: App, ctx: Context, route: Route, request: Request, response: Response, subject: Subject
) -> None:
    """Keeps an answer, where it is asked for a second time. It is sent as it is, so it is to be whole."""
    key = _question(request.scope)
    if key is None or len(response.body) > LARGEST or (ctx.principal == ANONYMOUS and app.rates is not None):
        return
    if app.answers.get(key) is None:
        app.answers.put(key, _ASKED_ONCE)
        return
    name = Name(subject.kind, ctx.registry.account, ctx.registry.region, route.name, route.reference)
    try:
        grounds = await access.grounds(app, ctx, throttling.actions_of(route, request), route.repo(ctx))
        current = await app.current.find(name)
    except DomainError:
        return  # the answer is good all the same
    if grounds is None or current is None or current[:2] != (subject.id, subject.digest):
        return
    # A session's key is in its token, and good as long as that is.
    lasting = None if ctx.principal == ANONYMOUS or ctx.principal.session else ctx.principal.access_key_id
    ends = (ctx.until, subject.until, next_note(app, ctx.principal), ctx.now + LONGEST)
    app.answers.put(
        key,
        Answer(
            response.status_code,
            [*response.raw_headers, *((name.lower().encode(), value.encode()) for name, value in VERSION.items())],
            bytes(response.body),
            name,
            current,
            None if lasting is None else key_name(lasting),
            grounds,
            min(end for end in ends if end is not None),
            subject.data_key_id,
            ctx,
            throttling.operations_of(route, request),
            f"{route.kind}.{request.method.lower()}",
        ),
    )


def _question(scope: Scope) -> Hashable | None:
    """All of a request that its answer may depend on; None for one that is answered the long way."""
    if scope["query_string"] or scope["method"] not in {"GET", "HEAD"}:
        return None
    once: dict[bytes, bytes] = {}
    accept: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"accept":
            accept.append(value)
        elif name in _MORE or name in once:
            return None
        elif name in _ONCE:
            once[name] = value
    if b"host" not in once:
        return None
    return (
        scope["method"],
        scope["raw_path"],
        scope["http_version"],
        once[b"host"],
        once.get(b"authorization"),
        once.get(b"if-none-match"),
        *accept,
    )


def _is_good(known: Answer, key: Current | None) -> bool:
    """Whether the access key, where there is one, is active and still the same principal's."""
    return known.key is None or (key is not None and bool(key.id) and key.digest == known.ctx.principal.arn)


async def _holds(app: App, known: Answer) -> bool:
    """Whether all that an answer stands on is as it was."""
    now = app.clock()
    if now >= known.until:
        return False
    try:
        if not await access.still(app, known.grounds):
            return False
        if known.data_key_id is not None:
            await app.keyring.by_id(known.data_key_id)
        asked = app.current.ask(known.name)
        key = await app.current.ask(known.key) if known.key else None
        current = await asked
    except (DomainError, LookupError):
        return False
    if current is None or current[:3] != known.current[:3] or not _is_good(known, key):
        return False
    return current.review_after is None or not needs_postponing(
        current.review_after, to_micros(now), app.gc_delay // _MICROSECOND
    )
