"""Manifests at /v2/: OCI Distribution 1.1, "Pulling manifests", "Pushing manifests", "Content management"."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App, Context
from entrepot.errors import ManifestTooLarge
from entrepot.fronts import again
from entrepot.fronts.again import Subject
from entrepot.fronts.bodies import whole
from entrepot.fronts.oci_routes import Route
from entrepot.ports import NameKind
from entrepot.rules.conversion import parse_accept
from entrepot.rules.digests import parse_digest
from entrepot.rules.manifest import MANIFEST_LIMIT
from entrepot.rules.ranges import etag_matches
from entrepot.services import image_deletion, image_push, images
from entrepot.services.image_ids import ImageId
from entrepot.services.image_push import Push
from entrepot.services.images import PulledImage


async def get(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET: the manifest, byte for byte, or translated where a tag is asked for in another type. Counts as a pull."""
    accepted = parse_accept(request.headers.getlist("accept"))
    image = await images.pull(app, ctx, route.repo(ctx), _image_id(route.reference), accepted)
    headers = _headers(image)
    if etag_matches(request.headers.get("if-none-match"), headers["ETag"]):
        response = Response(status_code=304, headers=headers)
    else:
        response = Response(image.payload, headers=headers)
    return await _remembered(app, ctx, route, request, response, image, images.next_record(image.row, ctx.now))


async def head(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """HEAD: what GET would answer, without the bytes."""
    accepted = parse_accept(request.headers.getlist("accept"))
    image = await images.head(app, ctx, route.repo(ctx), _image_id(route.reference), accepted)
    response = Response(headers={**_headers(image), "Content-Length": str(len(image.payload))})
    return await _remembered(app, ctx, route, request, response, image)


async def put(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """PUT: by tag, or by digest with any number of `tag` parameters."""
    payload = await whole(request, MANIFEST_LIMIT)
    if payload is None:
        raise ManifestTooLarge(MANIFEST_LIMIT)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip() or None
    tags = tuple(dict.fromkeys(request.query_params.getlist("tag")))
    image = Push(payload, media_type, tuple(dict.fromkeys((*tags, route.reference))))
    if ":" in route.reference:
        parse_digest(route.reference)
        image = Push(payload, media_type, tags, route.reference)
    pushed = await image_push.push(app, ctx, route.repo(ctx), image, repeat="accept")
    headers = {"Location": f"/v2/{route.name}/manifests/{pushed.digest}", "Docker-Content-Digest": pushed.digest}
    if pushed.subject:
        headers["OCI-Subject"] = pushed.subject
    if tags:
        headers["OCI-Tag"] = ", ".join(tags)
    return Response(status_code=201, headers=headers)


async def delete(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """DELETE: a tag, or an image with all its tags."""
    del request
    await image_deletion.delete_one(app, ctx, route.repo(ctx), _image_id(route.reference))
    return Response(status_code=202)


async def _remembered(
    app: App,
    ctx: Context,
    route: Route,
    request: Request,
    response: Response,
    image: PulledImage,
    until: datetime | None = None,
) -> Response:
    kind: NameKind = "image" if ":" in route.reference else "tag"
    subject = Subject(kind, image.row.id, image.row.digest, until, image.data_key_id)
    await again.remember(app, ctx, route, request, response, subject)
    return response


def _image_id(reference: str) -> ImageId:
    """A reference with a colon is a digest: no tag can hold one."""
    return ImageId(digest=reference) if ":" in reference else ImageId(tag=reference)


def _headers(image: PulledImage) -> dict[str, str]:
    return {
        "Content-Type": image.media_type,
        "Docker-Content-Digest": image.digest,
        "ETag": f'"{image.digest}"',
    }
