"""Blobs at /v2/: OCI Distribution 1.1, "Pulling blobs" and "Deleting blobs" (end-2, end-10)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from entrepot.context import App, Context
from entrepot.fronts import again
from entrepot.fronts.again import Subject
from entrepot.fronts.oci_routes import Route
from entrepot.meta.blobs import BlobRow
from entrepot.rules.digests import parse_digest
from entrepot.rules.ranges import ByteRange, etag_matches, parse_range, range_applies
from entrepot.services import layers

REDIRECT_SECONDS = 20 * 60
"""How long a URL that a client is redirected to is good for: to begin with, since the store ends no transfer for it."""


async def get(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET: the bytes, or a single range of them; or where the store has them, which ranges hold for too."""
    parse_digest(route.reference)
    row = await layers.find(app, ctx, route.repo(ctx), route.reference, "ecr:GetDownloadUrlForLayer")
    if not etag_matches(request.headers.get("if-none-match"), _headers(row)["ETag"]):
        url = await layers.url(app, row, REDIRECT_SECONDS)
        if url:
            return redirect(row, url)
    return await serve(app, row, request)


async def head(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """HEAD: whether the repository holds the blob, and its size."""
    parse_digest(route.reference)
    row = await layers.check(app, ctx, route.repo(ctx), route.reference)
    response = await serve(app, row, request)
    await again.remember(app, ctx, route, request, response, Subject("blob", row.id, row.digest))
    return response


async def delete(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """DELETE: ends the repository's hold on a blob that no image needs."""
    del request
    parse_digest(route.reference)
    await layers.delete(app, ctx, route.repo(ctx), route.reference)
    return Response(status_code=202)


def redirect(row: BlobRow, url: str) -> Response:
    """307 to the store. The URL is nobody else's to have: no cache keeps it."""
    headers = {"Location": url, "Docker-Content-Digest": row.digest, "Cache-Control": "private, no-store"}
    return Response(status_code=307, headers=headers)


async def serve(app: App, row: BlobRow, request: Request) -> Response:
    """The bytes of a blob, with ranges and conditions (RFC 9110, sections 13 and 14)."""
    headers = _headers(row)
    if etag_matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers={**headers, "Content-Length": str(row.size)})
    wanted = None
    if range_applies(request.headers.get("if-range"), headers["ETag"]):
        wanted = parse_range(request.headers.get("range"), row.size)
    part = wanted or ByteRange(0, row.size)
    if wanted:
        headers["Content-Range"] = part.content_range(row.size)
    headers["Content-Length"] = str(part.length)
    chunks = await layers.read(app, row, part.start, part.stop)
    first = await anext(chunks, b"")  # before the status is sent, so that damage is an error and no broken connection
    return StreamingResponse(_all(first, chunks), 206 if wanted else 200, headers)


async def _all(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    del first
    async for chunk in chunks:
        yield chunk


def _headers(row: BlobRow) -> dict[str, str]:
    return {
        "Content-Type": "application/octet-stream",
        "Docker-Content-Digest": row.digest,
        "ETag": f'"{row.digest}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
    }
