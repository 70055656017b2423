"""The outermost ASGI application: request ids, the access log, and which door a path belongs to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from types import MappingProxyType

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from entrepot.context import App
from entrepot.fronts import again, aws_json, files, health, metrics, oci, oci_errors, request_ids
from entrepot.telemetry import log_request

REQUEST_ID_HEADER = b"x-amzn-requestid"

LINGER_BYTES = 32 * 1024 * 1024
LINGER_SECONDS = 5.0
"""How much of a body, and for how long, is read after the answer to it: see `_Exchange._linger`."""

_BODY_HEADERS = (b"content-length", b"transfer-encoding")

_FOR_OPERATORS: Mapping[str, Callable[[App, Request], Awaitable[Response]]] = MappingProxyType(
    {"/healthz": health.healthz, "/readyz": health.readyz, "/metrics": metrics.handle}
)

log = structlog.get_logger()


class Root:
    """The ASGI application. `start` builds the App when the process starts to serve and takes it down at its end."""

    def __init__(self, start: Callable[[], AbstractAsyncContextManager[App]]) -> None:
        self._start = start
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's entry point: the lifespan, or one request."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and self._app is not None and not await again.answered(self._app, scope, send):
            await _Exchange(self._app, scope, receive, send).run()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            async with self._start() as app:
                self._app = app
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            log.exception("the process cannot serve")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})


class _Exchange:
    """One request and its answer."""

    def __init__(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        self.app = app
        self.scope = scope
        self._receive = receive
        self._send = send
        self._body_is_over = not any(name in _BODY_HEADERS for name, _ in scope["headers"])
        self.request_id = request_ids.fresh()
        self.seen = app.observer.request(door_of(scope["path"]), scope)
        scope["entrepot.request_id"] = self.request_id

    async def run(self) -> None:
        """Answers, and writes one line to the log."""
        began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=self.request_id)
        try:
            with self.seen:
                try:
                    await self._answer()
                except ClientDisconnect:
                    await self._answer_cut_off()
        finally:
            elapsed = time.perf_counter() - began
            facts = (self.scope["method"], _shown(self.scope["path"]), self.seen.status, elapsed)
            log_request(self.request_id, *facts, trace_id=self.seen.span.trace_id if self.seen.span else None)
            structlog.contextvars.clear_contextvars()
        await self._linger()

    async def _answer_cut_off(self) -> None:
        """For a client that has only ended its own side, in the middle of a body, and still reads."""
        log.info("client went away", method=self.scope["method"], path=_shown(self.scope["path"]))
        self.app.observer.failed("cut")
        if self.seen.status is None:
            refusal = oci_errors.json_error(400, "SIZE_INVALID", "The request ended before its body was whole")
            await refusal(self.scope, self.receive, self._tagged_send)

    async def receive(self) -> Message:
        """ASGI's receive, which notes when the body is over."""
        message = await self._receive()
        self._body_is_over = not message.get("more_body", False)
        self.seen.received(len(message.get("body", b"")))
        return message

    async def _linger(self) -> None:
        """Reads on where a request was answered before its end, up to a limit.

        A connection that is closed with bytes unread is reset, and a client that is still sending loses the answer.
        """
        if self._body_is_over:
            return
        seen = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while not self._body_is_over and seen < LINGER_BYTES:
                    seen += len((await self.receive()).get("body", b""))

    async def _answer(self) -> None:
        try:
            request = Request(self.scope, self.receive)
            response = await dispatch(self.app, request, self.request_id) if _names_a_host(request) else _nowhere()
            await response(self.scope, self.receive, self._tagged_send)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("request failed")
            if self.seen.status is not None:
                raise  # bytes are on their way: only a broken connection tells the client that they are not all
            message = f"The request could not be served. Its id, {self.request_id}, is in the server's log."
            await oci_errors.json_error(500, "UNKNOWN", message)(self.scope, self.receive, self._tagged_send)

    async def _tagged_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.seen.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (REQUEST_ID_HEADER, self.request_id.encode())]
        else:
            self.seen.sent(len(message.get("body", b"")))
        await self._send(message)


async def _for_operators(app: App, request: Request) -> Response:
    path: str = request.scope["path"]
    with app.observer.operation(path.removeprefix("/"), path):
        return await _FOR_OPERATORS[path](app, request)


def _names_a_host(request: Request) -> bool:
    """RFC 9112, section 3.2. The host decides on the registry: of two, a proxy may have looked at the other one."""
    hosts = request.headers.getlist("host")
    return len(hosts) == 1 and hosts[0] != "" if request.scope["http_version"] == "1.1" else len(hosts) <= 1


def _nowhere() -> Response:
    return oci_errors.json_error(400, "UNSUPPORTED", "A request has to name one host")


def _shown(path: str) -> str:
    """A path as the log has it: the URL of a layer lets in whoever reads it."""
    return f"{files.PREFIX}..." if path.startswith(files.PREFIX) else path


def door_of(path: str) -> str:
    """The door that a path belongs to, as metrics call it."""
    if path == "/v2" or path.startswith("/v2/"):
        return "oci"
    if path.startswith(files.PREFIX):
        return "layers"
    if path == "/":
        return "aws"
    return "operators" if path in _FOR_OPERATORS else "none"


async def dispatch(app: App, request: Request, request_id: str) -> Response:
    """Hands a request to the door that its path belongs to."""
    match door_of(request.scope["path"]):
        case "oci":
            return await oci.handle(app, request, request_id)
        case "layers":
            return await files.handle(app, request, request_id)
        case "aws":
            return await aws_json.handle(app, request)
        case "operators":
            return await _for_operators(app, request)
        case _:
            return oci_errors.json_error(404, "NOT_FOUND", "There is nothing at this path")
