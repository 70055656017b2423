"""Request bodies: read whole up to a limit, or handed on as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request

from entrepot.errors import SizeInvalid


def announced_length(request: Request) -> int | None:
    """Content-Length; None for a body sent in chunks. Raises SizeInvalid for one that is no number."""
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19):  # noqa: PLR2004 - the digits of 2**63
        raise SizeInvalid("Content-Length is not a number")
    return int(text)


def has_body(request: Request) -> bool:
    """Whether the request announces any bytes."""
    return announced_length(request) != 0 and (
        "content-length" in request.headers or "transfer-encoding" in request.headers
    )


async def chunks(request: Request, expected: int | None = None) -> AsyncIterator[bytes]:
    """The body as it arrives; raises SizeInvalid at its end where it has not the `expected` number of bytes.

    A client that goes away in the middle raises Starlette's ClientDisconnect: a cut body never looks like a whole one.
    """
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if expected is not None and seen > expected:
            raise SizeInvalid(f"The body has more than the {expected} bytes announced")
        if chunk:
            yield chunk
    if expected is not None and seen != expected:
        raise SizeInvalid(f"The body has {seen} bytes, not the {expected} announced")


async def whole(request: Request, limit: int) -> bytes | None:
    """The body, or None as soon as it turns out to have more than `limit` bytes."""
    length = announced_length(request)
    if length is not None and length > limit:
        return None
    parts = bytearray()
    async for chunk in chunks(request, length):
        parts += chunk
        if len(parts) > limit:
            return None
    return bytes(parts)
