"""Spans as the seams see them. `otel.py` makes them; without a tracer there are none, and a seam costs one look-up."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Literal, Protocol

Value = str | int | float | bool
Kind = Literal["server", "internal", "client"]


class Span(Protocol):
    """A piece of work that is being traced, from when it was made until `end`."""

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits."""
        ...

    def child(self, name: str, kind: Kind, attributes: Mapping[str, Value]) -> Span:
        """Begins a part of this piece of work."""
        ...

    def rename(self, name: str) -> None:
        """Gives the span a better name, once one is known."""
        ...

    def note(self, attributes: Mapping[str, Value]) -> None:
        """Adds attributes."""
        ...

    def end(self, error: str = "") -> None:
        """Ends the span; `error` is the kind of error that it failed with."""
        ...


class Tracer(Protocol):
    """Begins traces and sends them on."""

    def begin(self, name: str, kind: Kind, parent: str = "") -> Span | None:
        """The first span here of a trace, or None for one that is not to be traced.

        `parent` is a W3C traceparent, of which only the ids count. One that is not well-formed is none.
        """
        ...

    def close(self) -> None:
        """Sends what waits, for a few seconds at most."""
        ...


CURRENT: ContextVar[Span | None] = ContextVar("entrepot_span", default=None)
"""The span that new ones belong to. Threads have to be given it along with their work."""
