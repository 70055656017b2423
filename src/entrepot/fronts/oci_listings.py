"""Listings at /v2/: tags, repositories, referrers (OCI Distribution 1.1, "Content discovery", end-8, end-12)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App, Context
from entrepot.errors import InvalidParameter
from entrepot.fronts.oci_routes import Route
from entrepot.rules.digests import parse_digest
from entrepot.rules.media_types import OCI_INDEX
from entrepot.rules.referrers import referrer_entry
from entrepot.services import image_listing, repositories

MOST = 1_000
_DIGITS = 9


async def tags(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET tags/list: by their bytes, `n` behind `last`."""
    count, last = _count(request), request.query_params.get("last", "")
    found = await image_listing.page_of_tags(app, ctx, route.repo(ctx), last, count + 1)
    more = len(found) > count
    page = found[:count]
    link = _link(f"/v2/{route.name}/tags/list", n=count, last=page[-1]) if more and page else None
    return _json({"name": route.name, "tags": page}, link)


async def catalog(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET _catalog: the repositories that the caller may see, `n` behind `last`."""
    del route
    count, last = _count(request), request.query_params.get("last", "")
    found = await repositories.catalog(app, ctx, ctx.registry, last, count + 1)
    more = len(found) > count
    page = found[:count]
    link = _link("/v2/_catalog", n=count, last=page[-1]) if more and page else None
    return _json({"repositories": page}, link)


async def referrers(app: App, ctx: Context, route: Route, request: Request) -> Response:
    """GET referrers: an index of what has this digest as its subject, perhaps of one artifact type only."""
    parse_digest(route.reference)
    types = [text for text in request.query_params.getlist("artifactType") if text]
    count, after = _count(request), _number(request.query_params.get("last", "0"), "last")
    found = await image_listing.page_of_referrers(app, ctx, route.repo(ctx), route.reference, types, after, count + 1)
    page = found[:count]
    body = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            referrer_entry(row.media_type, row.digest, row.manifest_size, row.artifact_type, row.annotations)
            for row in page
        ],
    }
    link = None
    if len(found) > count and page:
        link = _link(f"/v2/{route.name}/referrers/{route.reference}", n=count, last=page[-1].id, artifactType=types)
    response = _json(body, link, OCI_INDEX)
    if types:
        response.headers["OCI-Filters-Applied"] = "artifactType"
    return response


def _count(request: Request) -> int:
    """How many entries are asked for: `n`, but at most MOST a page, however absurd `n` is."""
    text = request.query_params.get("n")
    return MOST if text is None else min(_number(text, "n"), MOST)


def _number(text: str, parameter: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidParameter.at(parameter, "must be a number of entries, zero or more")
    return int(text) if len(text) <= _DIGITS else 10**_DIGITS


def _link(path: str, **query: str | int | Sequence[str]) -> str:
    return f'<{quote(path, safe="/:")}?{urlencode(query, doseq=True)}>; rel="next"'


def _json(body: object, link: str | None, media_type: str = "application/json") -> Response:
    return Response(msgspec.json.encode(body), headers={"Link": link} if link else None, media_type=media_type)
