"""Images handed out in the format a client asks for: OCI as Docker schema 2 and back.

Source: ECR's guide, "Container image manifest format support". Only pulls by tag convert: by digest, the bytes
must be those of the digest. Indexes and manifests of artifacts are handed out as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from entrepot.rules import media_types as m
from entrepot.rules.descriptors import Descriptor
from entrepot.rules.manifest import SCHEMA_VERSION, Manifest
from entrepot.rules.media_types import is_media_type, without_parameters

_TO_DOCKER = {
    m.OCI_MANIFEST: m.DOCKER_MANIFEST,
    m.OCI_CONFIG: m.DOCKER_CONFIG,
    m.OCI_LAYER: m.DOCKER_LAYER,
    m.OCI_LAYER_GZIP: m.DOCKER_LAYER_GZIP,
    m.OCI_FOREIGN_LAYER: m.DOCKER_FOREIGN_LAYER,
    m.OCI_FOREIGN_LAYER_GZIP: m.DOCKER_FOREIGN_LAYER_GZIP,
}
_COUNTERPARTS: dict[str, Mapping[str, str]] = {
    m.DOCKER_MANIFEST: _TO_DOCKER,
    m.OCI_MANIFEST: {docker: oci for oci, docker in _TO_DOCKER.items()},
}
_QUALITY = re.compile(r"[ \t]*q[ \t]*=[ \t]*0(?:\.0{0,3})?[ \t]*", re.IGNORECASE)


def parse_accept(headers: Sequence[str]) -> tuple[str, ...]:
    """The media types and ranges of all Accept fields, in lower case and in order.

    Clients send one field with commas or a field for each type. Weights order nothing here, because at most two
    formats exist of an image; what has weight 0 is not acceptable and left out (RFC 9110, section 12.5.1).
    """
    wanted: dict[str, None] = {}
    for element in (part for header in headers for part in header.split(",")):
        media_type = without_parameters(element)
        refused = any(_QUALITY.fullmatch(parameter) for parameter in element.split(";")[1:])
        if not refused and is_media_type(media_type.replace("*", "x")):
            wanted[media_type] = None
    return tuple(wanted)


def negotiate(stored: str, accepted: Sequence[str] | None) -> str:
    """The media type to hand out for a manifest stored as `stored`.

    Its own wherever the client takes it or says nothing; else the one it converts to, if the client takes that;
    else its own again, since a client that cannot read it says so better than a refusal does.
    """
    if not accepted or any(_covers(each, stored) for each in accepted):
        return stored
    for target, counterparts in _COUNTERPARTS.items():
        if target in accepted and counterparts.get(stored) == target:
            return target
    return stored


def convert(manifest: Manifest, target: str) -> bytes | None:
    """The image in the format `target`, always the same bytes; None where it has no equivalent there.

    An artifact, or a layer of a type that the other format lacks (zstd), has none. Annotations of OCI are left out.
    """
    counterparts = _COUNTERPARTS.get(target)
    if counterparts is None or counterparts.get(manifest.media_type) != target or _is_artifact(manifest):
        return None
    parts = [manifest.config, *manifest.layers]
    renamed = [_renamed(part, counterparts) for part in parts if part is not None]
    if None in renamed:
        return None
    document = {"schemaVersion": SCHEMA_VERSION, "mediaType": target, "config": renamed[0], "layers": renamed[1:]}
    return json.dumps(document, indent=2).encode("ascii")


def _covers(accepted: str, media_type: str) -> bool:
    if accepted.endswith("/*"):
        return accepted == "*/*" or media_type.startswith(accepted[:-1])
    return accepted == media_type


def _is_artifact(manifest: Manifest) -> bool:
    stated = manifest.config is None or manifest.artifact_type != manifest.config.media_type
    return stated or manifest.subject is not None


def _renamed(part: Descriptor, counterparts: Mapping[str, str]) -> dict[str, object] | None:
    media_type = counterparts.get(part.media_type)
    if media_type is None:
        return None
    urls = {"urls": list(part.urls)} if part.urls else {}
    return {"mediaType": media_type, "size": part.size, "digest": part.digest, **urls}
