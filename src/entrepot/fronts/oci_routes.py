"""The registry's routes, on one screen. A path is read from its right end: names hold any number of slashes.

OCI Distribution 1.1, "Endpoints" (end-1 to end-13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_to_bytes

from entrepot.context import Context, RepositoryRef

Kind = Literal["ping", "token", "catalog", "tags", "manifest", "blob", "uploads", "upload", "referrers"]


BEARER_PATH = "/v2/_token"
"""Where bearer tokens are given out. Like the catalog's it is no repository's path: no name begins so."""


PATTERNS: Mapping[Kind, str] = {
    "ping": "/v2/",
    "token": BEARER_PATH,
    "catalog": "/v2/_catalog",
    "tags": "/v2/{name}/tags/list",
    "manifest": "/v2/{name}/manifests/{reference}",
    "blob": "/v2/{name}/blobs/{digest}",
    "uploads": "/v2/{name}/blobs/uploads/",
    "upload": "/v2/{name}/blobs/uploads/{reference}",
    "referrers": "/v2/{name}/referrers/{digest}",
}
"""What the paths of each kind look like, as traces name them."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a path under /v2/ names. `reference` is a tag, digest or upload id; both may still be ill-formed."""

    kind: Kind
    name: str = ""
    reference: str = ""

    def repo(self, ctx: Context) -> RepositoryRef:
        """The repository that the path names, in the registry of the request."""
        return RepositoryRef(ctx.registry, self.name)


def parse_path(raw_path: bytes) -> Route | None:
    """The route of a path as it came over the wire; None for one that is not the registry's.

    Every segment is decoded by itself, so that an encoded slash never becomes a separator.
    """
    segments = [_decoded(segment) for segment in raw_path.split(b"/")]
    if segments[:2] != ["", "v2"] or any("/" in segment or "\0" in segment for segment in segments):
        return None
    rest = segments[2:]
    if rest in ([], [""]):
        return Route("ping")
    if rest == ["_catalog"]:
        return Route("catalog")
    if rest == ["_token"]:
        return Route("token")
    return _in_repository(rest)


_REFERENCED: dict[str, Kind] = {"manifests": "manifest", "referrers": "referrers", "blobs": "blob"}


def _in_repository(rest: list[str]) -> Route | None:
    route: Route | None = None
    match rest:
        case [*name, "tags", "list"]:
            route = Route("tags", "/".join(name))
        case [*name, "blobs", "uploads"] | [*name, "blobs", "uploads", ""]:
            route = Route("uploads", "/".join(name))
        case [*name, "blobs", "uploads", reference]:
            route = Route("upload", "/".join(name), reference)
        case [*name, "manifests" | "referrers" | "blobs" as kind, reference]:
            route = Route(_REFERENCED[kind], "/".join(name), reference)
        case _:
            pass
    return route if route and route.name else None


def _decoded(segment: bytes) -> str:
    return unquote_to_bytes(segment).decode("utf-8", "replace")
