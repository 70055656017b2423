"""A span for each SQL statement of a traced request: its text with placeholders, never the values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event

from entrepot.observing.tracing import CURRENT, Span

_LONGEST = 2_000
_SPAN = "entrepot_span"
_LISTENERS = ("before_cursor_execute", "after_cursor_execute", "handle_error")


def trace_statements() -> None:
    """Makes every engine of the process tell of its statements; a second call changes nothing."""
    for name, listener in zip(_LISTENERS, (_before, _after, _failed), strict=True):
        if not event.contains(Engine, name, listener):
            event.listen(Engine, name, listener)


def _before(connection: Connection, _cursor: Any, statement: str, *_about: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
    connection.info.pop(_SPAN, None)
    if parent := CURRENT.get():
        verb = statement.lstrip().partition(" ")[0].upper()[:20]
        known = {
            "db.system.name": connection.dialect.name,
            "db.operation.name": verb,
            "db.query.text": statement[:_LONGEST],
        }
        connection.info[_SPAN] = parent.child(verb, "client", known)


def _after(connection: Connection, *_about: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
    span: Span | None = connection.info.pop(_SPAN, None)
    if span:
        span.end()


def _failed(context: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
    if context.connection is not None:
        span: Span | None = context.connection.info.pop(_SPAN, None)
        if span:
            span.end(type(context.original_exception).__name__)
