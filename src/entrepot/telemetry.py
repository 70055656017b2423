"""Logging: structured lines on standard error, readable on a terminal and JSON otherwise.

Own lines go from structlog straight to the stream; lines of the standard library's `logging` (the HTTP server's,
other libraries', Python's warnings) take the same form, from WARNING up: below that they are noise at best, and
botocore's hold secrets. Whoever serves a request binds its `request_id` with `structlog.contextvars`, which puts
it on every line of that request.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, TextIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ATOMIC = 4096
"""Bytes that a pipe takes at once from one of several processes (PIPE_BUF on Linux), so that lines stay whole."""

REDACTED = "********"
_SECRET_WORDS = ("authorization", "password", "secret", "token")
_MAX_DEPTH = 6

# Granian's logger says at INFO that a client hung up, which is not worth a line; its access log stays off.
_SERVER_LOGGERS = ("_granian", "granian.access")


def configure(level: str, log_format: str, stream: TextIO | None = None) -> None:
    """Sets up logging for this process. `level` and `log_format` are the settings of those names."""
    out = stream or sys.stderr
    as_text = log_format == "text" or (log_format == "auto" and out.isatty())
    chain = _chain(as_text=as_text)
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*chain, _console(out) if as_text else structlog.processors.JSONRenderer(serializer=encode)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out) if as_text else structlog.BytesLoggerFactory(out.buffer),
        cache_logger_on_first_use=True,
    )
    global _requests  # noqa: PLW0603 - as structlog's own configuration is
    _requests = _RequestLines(number, None if as_text else out.buffer)
    _configure_stdlib(max(number, logging.WARNING), chain, out, as_text=as_text)


def log_request(
    request_id: str, method: str, path: str, status: int | None, seconds: float, trace_id: str | None = None
) -> None:
    """Writes the line of a request that was answered; `status` is None where no answer began.

    There is one for every request, and nothing in it to be redacted, so it does without structlog's chain. The lines of
    all requests that end in the same round of the event loop are written together.
    """
    facts: dict[str, object] = {"request_id": request_id}
    if trace_id:
        facts["trace_id"] = trace_id
    facts |= {"method": method, "path": path, "status": status, "milliseconds": round(seconds * 1000, 2)}
    _requests.write(facts)


class _RequestLines:
    """Where the lines of requests go: straight to a stream as JSON, or else through structlog."""

    def __init__(self, level: int, out: BinaryIO | None) -> None:
        self._enabled = level <= logging.INFO
        self._out = out
        self._waiting: list[bytes] = []

    def write(self, facts: dict[str, object]) -> None:
        """Writes a line, or has it written soon."""
        if not self._enabled:
            return
        if self._out is None:
            structlog.get_logger().info("request", **facts)
            return
        line = encode(facts | {"event": "request", "level": "info", "timestamp": _now()})
        self._waiting.append(line + b"\n")
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        piece = b""
        for line in lines:
            if piece and len(piece) + len(line) > ATOMIC:
                self._write(piece)
                piece = b""
            piece += line
        self._write(piece)

    def _write(self, piece: bytes) -> None:
        """Past the stream's own buffer, which other threads' lines may have half filled."""
        rest, raw = memoryview(piece), getattr(self._out, "raw", self._out)
        while rest and raw is not None:
            written = raw.write(rest)
            if not written:
                return  # nobody takes it, and nobody is to wait for that
            rest = rest[written:]


_requests = _RequestLines(logging.INFO, None)


def _now() -> str:
    return datetime.now(UTC).isoformat().removesuffix("+00:00") + "Z"


def server_log_config() -> dict[str, Any]:
    """What Granian's own loggers are set up with, so that their lines reach ours and no other place."""
    quiet: dict[str, Any] = {"level": "WARNING", "handlers": [], "propagate": True}
    loggers = dict.fromkeys(_SERVER_LOGGERS, quiet)
    return {"version": 1, "disable_existing_loggers": False, "formatters": {}, "handlers": {}, "loggers": loggers}


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor: hides the value of every key, at any depth, whose name tells of a secret."""
    return _redacted(event, _MAX_DEPTH)


def encode(event: Mapping[str, object], **_options: object) -> bytes:
    """One JSON line. Never raises for what a program may log: a line that is lost helps nobody."""
    try:
        return msgspec.json.encode(event, enc_hook=repr)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        # File names that are not UTF-8, keys that are not strings, numbers over 64 bits.
        return json.dumps(event, default=repr, skipkeys=True).encode()


def _redacted(event: MutableMapping[str, Any], depth: int) -> MutableMapping[str, Any]:
    return {key: REDACTED if _is_secret(key) else _inner(value, depth - 1) for key, value in event.items()}


def _inner(value: object, depth: int) -> object:
    if isinstance(value, dict):
        return _redacted(cast("dict[str, Any]", value), depth) if depth else REDACTED
    if isinstance(value, list | tuple):
        items = [_inner(item, depth - 1) if depth else REDACTED for item in cast("list[object]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value


def _is_secret(key: object) -> bool:
    name = str(key).lower()
    return any(word in name for word in _SECRET_WORDS)


def _chain(*, as_text: bool) -> list[Processor]:
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    # The console renderer prints tracebacks by itself.
    return chain if as_text else [*chain, structlog.processors.format_exc_info]


def _console(out: TextIO) -> Processor:
    # A plain traceback: the richer ones print local variables, and with them secrets.
    return structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _configure_stdlib(level: int, chain: list[Processor], out: TextIO, *, as_text: bool) -> None:
    renderer = _console(out) if as_text else structlog.processors.JSONRenderer(serializer=_encode_text)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *chain],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # It warns of each transaction that lost against another and is repeated.
    logging.getLogger("psycopg").setLevel(max(level, logging.ERROR))
    for name in _SERVER_LOGGERS:
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True
        server.setLevel(level)
    logging.captureWarnings(capture=True)


def _encode_text(event: Mapping[str, object], **options: object) -> str:
    return encode(event, **options).decode()
