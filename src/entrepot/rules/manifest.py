"""Manifests: what an image, an index or an artifact is made of.

Sources: OCI Image specification 1.1, "Image Manifest" and "Image Index"; Docker's "Image Manifest Version 2,
Schema 2"; ECR's guide, "Container image manifest format support".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from entrepot.errors import ManifestInvalid, ManifestTooLarge
from entrepot.rules import media_types
from entrepot.rules.descriptors import (
    Descriptor,
    check_spelling,
    read_annotations,
    read_descriptor,
    read_descriptors,
    read_media_type,
    read_optional_media_type,
)
from entrepot.rules.media_types import KINDS, REFUSED, Kind, without_parameters
from entrepot.rules.strict_json import load_object

MANIFEST_LIMIT = 4_194_304
"""Most bytes of a manifest: 4 MiB, as ECR and OCI have it."""

SCHEMA_VERSION = 2
"""What every manifest that is still in use says of itself."""

_FIELDS = frozenset(
    {
        "schemaVersion",
        "mediaType",
        "artifactType",
        "config",
        "layers",
        "manifests",
        "subject",
        "annotations",
        "fsLayers",
    }
)
# A document that fits two kinds is read as one here and as the other by a client (CVE-2021-41190).
_FOREIGN_KEYS: dict[Kind, tuple[str, ...]] = {
    "image": ("manifests", "fsLayers"),
    "index": ("config", "layers", "fsLayers"),
}
_WITHOUT_MEDIA_TYPE = (
    "the manifest has no mediaType, so imageManifestMediaType (the Content-Type of a push) must give it"
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A valid manifest. An image has a config and layers, an index has manifests.

    `artifact_type` is the effective one of OCI Distribution 1.1, "Listing Referrers": artifactType, or for an image
    without one the media type of its config.
    """

    media_type: str
    kind: Kind
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]
    subject: Descriptor | None
    artifact_type: str | None
    annotations: Mapping[str, str]

    @property
    def children(self) -> tuple[Descriptor, ...]:
        """The manifests an index lists, each once: they are images of the same repository."""
        return _distinct(item for item in self.manifests if _is_manifest(item))

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The blobs the repository has to hold, each once: config and layers except foreign ones.

        What an index lists that is no manifest is a blob too: BuildKit keeps its cache in such indexes.
        """
        config = () if self.config is None else (self.config,)
        layers = (layer for layer in self.layers if not layer.is_foreign)
        listed = (item for item in self.manifests if not (_is_manifest(item) or item.is_foreign))
        return _distinct((*config, *layers, *listed))

    @property
    def foreign_layers(self) -> tuple[Descriptor, ...]:
        """Layers that the repository may lack, each once, because their descriptors say where else they are."""
        return _distinct(item for item in (*self.layers, *self.manifests) if item.is_foreign)


def parse_manifest(payload: bytes, declared_media_type: str | None) -> Manifest:
    """Reads and validates a manifest. Raises ManifestInvalid, ManifestTooLarge.

    `declared_media_type` is the request's Content-Type or imageManifestMediaType, parameters and all.
    """
    if len(payload) > MANIFEST_LIMIT:
        raise ManifestTooLarge(MANIFEST_LIMIT)
    document = load_object(payload)
    check_spelling(document, _FIELDS, "the manifest")
    _check_schema_version(document.get("schemaVersion"))
    media_type = _media_type(document.get("mediaType"), without_parameters(declared_media_type or ""))
    kind = KINDS[media_type]
    for key in _FOREIGN_KEYS[kind]:
        if key in document:
            raise ManifestInvalid(f"a manifest of media type {media_type} must not have '{key}'")
    return _image(document, media_type) if kind == "image" else _index(document, media_type)


def image_size(manifest: Manifest) -> int:
    """ECR's imageSizeInBytes of an image: bytes of its distinct blobs, config included, foreign layers not.

    ECR's model calls it "the size, in bytes, of the image in the repository", which is what these blobs take there.
    For an index it is the largest child's, which takes looking up the children: here it counts only its own blobs.
    """
    return sum(blob.size for blob in manifest.blobs)


def _check_schema_version(value: object) -> None:
    if type(value) is int and value == 1:
        raise ManifestInvalid(REFUSED[media_types.DOCKER_SCHEMA_1])
    if type(value) is not int or value != SCHEMA_VERSION:
        raise ManifestInvalid(f"schemaVersion must be {SCHEMA_VERSION}")


def _media_type(stated: object, declared: str) -> str:
    """The manifest's media type, from its own statement and the request's, which must not differ."""
    if stated is None or stated == "":
        if not declared:
            raise ManifestInvalid(_WITHOUT_MEDIA_TYPE)
        _check_supported(declared)
        if declared in (media_types.DOCKER_MANIFEST, media_types.DOCKER_LIST):
            raise ManifestInvalid(f"a manifest of media type {declared} must state it as its mediaType")
        return declared
    media_type = read_media_type(stated, "mediaType")
    _check_supported(media_type)
    if declared not in ("", media_type):
        raise ManifestInvalid(
            f"the manifest's mediaType is {media_type}, not {declared[: media_types.LONGEST]} as declared"
        )
    return media_type


def _check_supported(media_type: str) -> None:
    if media_type in REFUSED:
        raise ManifestInvalid(REFUSED[media_type])
    if media_type not in KINDS:
        raise ManifestInvalid(f"manifests of media type '{media_type[: media_types.LONGEST]}' are not supported")


def _image(document: dict[str, object], media_type: str) -> Manifest:
    config = read_descriptor(document.get("config"), "config")
    stated = read_optional_media_type(document.get("artifactType"), "artifactType")
    return Manifest(
        media_type=media_type,
        kind="image",
        config=config,
        layers=read_descriptors(document.get("layers"), "layers"),
        manifests=(),
        subject=_subject(document.get("subject")),
        artifact_type=stated or config.media_type,
        annotations=read_annotations(document.get("annotations"), "annotations"),
    )


def _index(document: dict[str, object], media_type: str) -> Manifest:
    return Manifest(
        media_type=media_type,
        kind="index",
        config=None,
        layers=(),
        manifests=read_descriptors(document.get("manifests"), "manifests"),
        subject=_subject(document.get("subject")),
        artifact_type=read_optional_media_type(document.get("artifactType"), "artifactType"),
        annotations=read_annotations(document.get("annotations"), "annotations"),
    )


def _subject(value: object) -> Descriptor | None:
    return None if value is None else read_descriptor(value, "subject")


def _is_manifest(descriptor: Descriptor) -> bool:
    return descriptor.media_type in KINDS or descriptor.media_type in REFUSED


def _distinct(descriptors: Iterable[Descriptor]) -> tuple[Descriptor, ...]:
    return tuple({item.digest: item for item in descriptors}.values())
