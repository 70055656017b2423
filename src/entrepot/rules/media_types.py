"""The media types a registry tells apart: manifests and indexes of Docker and OCI, and their image parts.

Sources: OCI Image specification 1.1, "OCI Image Media Types"; Docker's "Image Manifest Version 2, Schema 2".
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["image", "index"]

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"

DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar"
DOCKER_FOREIGN_LAYER_GZIP = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
OCI_FOREIGN_LAYER = "application/vnd.oci.image.layer.nondistributable.v1.tar"
OCI_FOREIGN_LAYER_GZIP = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
OCI_FOREIGN_LAYER_ZSTD = "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"

DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA_1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"

KINDS: dict[str, Kind] = {
    DOCKER_MANIFEST: "image",
    OCI_MANIFEST: "image",
    DOCKER_LIST: "index",
    OCI_INDEX: "index",
}
"""The manifests that can be stored, each with its kind."""

REFUSED = {
    DOCKER_SCHEMA_1: "Docker manifests of schema 1 are not supported",
    DOCKER_SCHEMA_1_SIGNED: "Docker manifests of schema 1 are not supported",
    OCI_ARTIFACT: "OCI artifact manifests were withdrawn from OCI 1.1 and are not supported; use an image manifest",
}
"""Manifests of the past, each with what to tell whoever pushes one."""

FOREIGN_LAYERS = frozenset(
    {
        DOCKER_FOREIGN_LAYER,
        DOCKER_FOREIGN_LAYER_GZIP,
        OCI_FOREIGN_LAYER,
        OCI_FOREIGN_LAYER_GZIP,
        OCI_FOREIGN_LAYER_ZSTD,
    }
)
"""Layers that clients fetch from the descriptor's URLs; a registry need not have them."""

LONGEST = 255
"""Most characters of a media type: 127 on each side of the slash (RFC 6838, section 4.2)."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
# Parameters are outside of RFC 6838's names, yet in use: 'application/vnd.dev.sigstore.bundle+json;version=0.2'.
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}(?: *;[ -~]*)?")


def is_media_type(text: str) -> bool:
    """Whether `text` is a media type, parameters allowed."""
    return len(text) <= LONGEST and _MEDIA_TYPE.fullmatch(text) is not None


def without_parameters(text: str) -> str:
    """A media type as header fields carry it, in lower case and without its parameters."""
    return text.partition(";")[0].strip().lower()
