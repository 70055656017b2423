"""Uploads at /v2/: OCI Distribution 1.1, "Pushing blobs" (end-4 to end-6, end-11, end-13)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App, Context
from entrepot.errors import DigestInvalid, SizeInvalid, UploadOutOfOrder
from entrepot.fronts import oci_errors
from entrepot.fronts.bodies import announced_length, chunks, has_body
from entrepot.fronts.oci_routes import Route
from entrepot.meta.uploads import UploadRow
from entrepot.rules.digests import parse_digest
from entrepot.rules.names import is_repository_name
from entrepot.rules.ranges import parse_content_range
from entrepot.services import layers, uploads


async def start(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """POST: mounts a blob, takes one whole, or opens an upload."""
    query = request.query_params
    mount, source, digest = query.get("mount"), query.get("from"), query.get("digest")
    if mount is not None and digest is None:
        parse_digest(mount)
        if (source is None or is_repository_name(source)) and await layers.mount(
            app, ctx, route.repo(ctx), mount, source
        ):
            return _created(route, mount)
    if digest is not None:
        parse_digest(digest)
        length = announced_length(request)
        await uploads.put_whole(app, ctx, route.repo(ctx), digest, chunks(request, length), length)
        return _created(route, digest)
    upload_id = await uploads.start(app, ctx, route.repo(ctx))
    return _accepted(202, route.name, upload_id, 0)


async def status(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET: how far an upload is."""
    del request
    received = await uploads.received(app, ctx, route.repo(ctx), route.reference)
    return _accepted(204, route.name, route.reference, received)


async def patch(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """PATCH: a chunk, or a whole stream of bytes, behind what the upload holds."""
    first_byte, expected = _position(request)
    try:
        body = chunks(request, expected)
        received = await uploads.append(app, ctx, route.repo(ctx), route.reference, body, first_byte, length=expected)
    except UploadOutOfOrder as error:
        return _out_of_order(error, route)
    return _accepted(202, route.name, route.reference, received)


async def complete(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """PUT: the last bytes, if any, and the digest of them all."""
    digest = request.query_params.get("digest")
    if digest is None:
        raise DigestInvalid("The query parameter 'digest' is missing")
    parse_digest(digest)
    first_byte, expected = _position(request)

    def in_order(row: UploadRow) -> None:
        if first_byte is not None and first_byte != row.received:
            raise UploadOutOfOrder(row.received)

    body = chunks(request, expected) if has_body(request) else None
    try:
        await uploads.complete(app, ctx, route.repo(ctx), route.reference, [digest], body, in_order, length=expected)
    except UploadOutOfOrder as error:
        return _out_of_order(error, route)
    return _created(route, digest)


async def cancel(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """DELETE: gives an upload up."""
    del request
    await uploads.cancel(app, ctx, route.repo(ctx), route.reference)
    return Response(status_code=204)


def _position(request: Request) -> tuple[int | None, int | None]:
    """Where Content-Range says that the body begins, and how many bytes it has to have."""
    length = announced_length(request)
    text = request.headers.get("content-range")
    if text is None:
        return None, length
    first, last = parse_content_range(text)
    if length is not None and length != last - first + 1:
        raise SizeInvalid(f"Content-Range names {last - first + 1} bytes, Content-Length {length}")
    return first, last - first + 1


def _standing(name: str, upload_id: str, received: int) -> dict[str, str]:
    # Locations are relative, so that proxies and host names never matter.
    return {
        "Location": f"/v2/{name}/blobs/uploads/{upload_id}",
        "Range": f"0-{max(received - 1, 0)}",
        "Docker-Upload-UUID": upload_id,
    }


def _accepted(status_code: int, name: str, upload_id: str, received: int) -> Response:
    return Response(status_code=status_code, headers=_standing(name, upload_id, received))


def _created(route: Route, digest: str) -> Response:
    location = f"/v2/{route.name}/blobs/{digest}"
    return Response(status_code=201, headers={"Location": location, "Docker-Content-Digest": digest})


def _out_of_order(error: UploadOutOfOrder, route: Route) -> Response:
    return oci_errors.render(error, _standing(route.name, route.reference, error.received))
