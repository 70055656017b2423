"""The seams of the door and of the service: what a request was, how long it took, how it ended, and its spans.

Of a request only what cannot name a secret is noted: its method, the pattern of its route, its registry and
repository. Paths, queries and headers are not.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

import structlog

from entrepot.errors import AccessDenied, DomainError, KeyUnavailable, LimitExceeded, RateExceeded, Unauthenticated
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT, Span, Tracer, Value

UNKNOWN = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_CUT = "cut"
STATUS = {number: f"{number // 100}xx" for number in range(100, 600)}
_ERRORS_FROM = 400


class Seen:
    """One request at a door, while it is answered. Entered in the task that answers it."""

    __slots__ = (
        *("_began", "_in_flight", "_metrics", "_received", "_scope", "_sent", "_span_token", "_tracer"),
        *("door", "error", "operation", "route", "span", "status"),
    )

    def __init__(self, metrics: Metrics, tracer: Tracer | None, door: str, scope: Any) -> None:  # noqa: ANN401 - ASGI's
        self.door = door
        self.operation = UNKNOWN
        self.route = ""
        self.status: int | None = None
        self.error = ""
        self.span: Span | None = None
        self._metrics = metrics
        self._tracer = tracer
        self._scope = scope
        self._in_flight, self._received, self._sent = metrics.of_door(door)

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._in_flight.value += 1
        SEEN.set(self)  # for the rest of the task, which is this request's
        if self._tracer:
            self._begin_span(self._tracer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        # An answer that broke off failed, whatever its head had said.
        status = "5xx" if error is not None else STATUS.get(self.status or 0, _CUT)
        took = time.perf_counter() - self._began
        self._metrics.request_seconds(self.door, self.operation, status).observe(took)
        self._in_flight.value -= 1
        if error is not None or (self.status or _ERRORS_FROM) >= _ERRORS_FROM:
            self.error = self.error or (type(error).__name__ if error else str(self.status or _CUT))
            self._metrics.request_errors(self.door, self.operation, self.error).inc()
        if self.span:
            self._end_span(self.span)

    def received(self, count: int) -> None:
        """Counts bytes of the request's body."""
        self._received.value += count

    def sent(self, count: int) -> None:
        """Counts bytes of the answer's body."""
        self._sent.value += count

    def _begin_span(self, tracer: Tracer) -> None:
        given = [value for name, value in self._scope["headers"] if name == b"traceparent"]
        parent = given[0].decode("latin-1") if len(given) == 1 else ""
        self.span = tracer.begin(self._method(), "server", parent)
        if self.span:
            self._span_token = CURRENT.set(self.span)
            structlog.contextvars.bind_contextvars(trace_id=self.span.trace_id)

    def _end_span(self, span: Span) -> None:
        facts: dict[str, Value] = {
            "http.request.method": self._method(),
            "url.scheme": str(self._scope["scheme"]),
            "entrepot.door": self.door,
            "entrepot.operation": self.operation,
            "entrepot.request_id": str(self._scope["entrepot.request_id"]),
        }
        if self.route:
            span.rename(f"{self._method()} {self.route}")
            facts["http.route"] = self.route
        if self.status:
            facts["http.response.status_code"] = self.status
        span.note(facts)
        span.end(self.error)
        CURRENT.reset(self._span_token)

    def _method(self) -> str:
        """HTTP's own methods; `_OTHER` for what a client made up, as OpenTelemetry has it."""
        method = str(self._scope["method"])
        return method if method in METHODS else "_OTHER"


SEEN: ContextVar[Seen | None] = ContextVar("entrepot_seen", default=None)


def refused(metrics: Metrics, error: DomainError) -> None:
    """Notes why the request that is being answered is refused; once, however often its error is handed on."""
    seen = SEEN.get()
    if seen is None or seen.error:
        return
    seen.error = type(error).__name__
    match error:
        case Unauthenticated():
            metrics.authentication_failures(seen.door, error.reason).inc()
        case AccessDenied():
            metrics.denials(seen.door, error.reason).inc()
        case KeyUnavailable():
            metrics.key_refusals(seen.door, error.kms_error).inc()
        case LimitExceeded():
            metrics.limit_refusals(seen.door, "quota").inc()
        case RateExceeded():
            metrics.limit_refusals(seen.door, "rate").inc()
        case _:
            pass


class Operation:
    """What a request asks of a service, while it is done. `route` is the pattern of the request's path."""

    __slots__ = ("_metrics", "_name", "_route", "_span", "_token")

    def __init__(self, metrics: Metrics, name: str, route: str) -> None:
        self._metrics = metrics
        self._name = name
        self._route = route
        self._span: Span | None = None

    def __enter__(self) -> Self:
        if seen := SEEN.get():
            seen.operation, seen.route = self._name, self._route
        if parent := CURRENT.get():
            self._span = parent.child(self._name, "internal", {"entrepot.operation": self._name})
            self._token = CURRENT.set(self._span)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, DomainError):
            refused(self._metrics, error)
        if self._span:
            CURRENT.reset(self._token)
            self._span.end(kind.__name__ if kind else "")

    def about(self, account: str, region: str, repository: object) -> None:
        """Tells the trace which registry and repository this is about, once they are known to be well-formed."""
        if self._span:
            self._span.note({"entrepot.registry": f"{account}/{region}"})
            if isinstance(repository, str) and repository:
                self._span.note({"entrepot.repository": repository})
