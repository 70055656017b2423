"""Descriptors: what a manifest says about content elsewhere. OCI Image specification, "Descriptor"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from entrepot.errors import DigestInvalid, ManifestInvalid
from entrepot.rules.digests import parse_digest
from entrepot.rules.media_types import FOREIGN_LAYERS, is_media_type

LARGEST_SIZE = 2**53
"""Most bytes a descriptor may claim: beyond it JSON readers stop being exact."""

_FIELDS = frozenset({"mediaType", "digest", "size", "urls", "artifactType", "annotations"})


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A reference to `size` bytes with this digest. `urls` are kept as given and never fetched."""

    media_type: str
    digest: str
    size: int
    urls: tuple[str, ...] = ()
    artifact_type: str | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether clients fetch it from `urls`, so that the registry need not have it."""
        return self.media_type in FOREIGN_LAYERS and bool(self.urls)


def read_descriptor(value: object, where: str) -> Descriptor:
    """The descriptor at `where` in a manifest. Raises ManifestInvalid."""
    fields = read_object(value, where)
    check_spelling(fields, _FIELDS, where)
    read_annotations(fields.get("annotations"), f"{where}.annotations")
    return Descriptor(
        media_type=read_media_type(fields.get("mediaType"), f"{where}.mediaType"),
        digest=_read_digest(fields.get("digest"), f"{where}.digest"),
        size=_read_size(fields.get("size"), f"{where}.size"),
        urls=_read_urls(fields.get("urls"), f"{where}.urls"),
        artifact_type=read_optional_media_type(fields.get("artifactType"), f"{where}.artifactType"),
    )


def read_descriptors(value: object, where: str) -> tuple[Descriptor, ...]:
    """A list of descriptors. Raises ManifestInvalid."""
    if not isinstance(value, list):
        raise ManifestInvalid(f"{where} must be a list of descriptors")
    items = cast("list[object]", value)
    return tuple(read_descriptor(item, f"{where}[{position}]") for position, item in enumerate(items))


def read_object(value: object, where: str) -> dict[str, object]:
    """A JSON object. Raises ManifestInvalid."""
    if not isinstance(value, dict):
        raise ManifestInvalid(f"{where} must be an object")
    return cast("dict[str, object]", value)


def check_spelling(fields: Collection[str], known: frozenset[str], where: str) -> None:
    """Refuses keys that differ from a known one in case only.

    Readers written in Go take 'Layers' for 'layers', so such a key would hide content from this registry that
    those readers see (compare CVE-2021-41190).
    """
    folded = {name.casefold(): name for name in known}
    for key in fields:
        meant = folded.get(key.casefold())
        if meant is not None and key != meant:
            raise ManifestInvalid(f"{where} has a key that differs from '{meant}' in case only")


def read_media_type(value: object, where: str) -> str:
    """A media type. Raises ManifestInvalid."""
    if not isinstance(value, str) or not is_media_type(value):
        raise ManifestInvalid(f"{where} must be a media type")
    return value


def read_optional_media_type(value: object, where: str) -> str | None:
    """A media type where there is one; an empty string counts as none (OCI: "empty or missing")."""
    return None if value is None or value == "" else read_media_type(value, where)


def read_annotations(value: object, where: str) -> Mapping[str, str]:
    """A map of strings, empty where there is none. Raises ManifestInvalid."""
    if value is None:
        return MappingProxyType({})
    entries = read_object(value, where)
    for key, text in entries.items():
        # Databases cannot hold NUL in text.
        if not isinstance(text, str) or "\0" in key or "\0" in text:
            raise ManifestInvalid(f"{where} must map strings to strings without NUL")
    return MappingProxyType(cast("dict[str, str]", entries))


def _read_digest(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ManifestInvalid(f"{where} must be a digest")
    try:
        parse_digest(value)
    except DigestInvalid as error:
        raise ManifestInvalid(f"{where}: {error}") from None
    return value


def _read_size(value: object, where: str) -> int:
    # `type`, because True is an int to isinstance.
    if type(value) is not int or not 0 <= value <= LARGEST_SIZE:
        raise ManifestInvalid(f"{where} must be a whole number from 0 to {LARGEST_SIZE}")
    return value


def _read_urls(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    items = cast("list[object]", value) if isinstance(value, list) else [None]
    urls = tuple(item for item in items if isinstance(item, str))
    if len(urls) != len(items):
        raise ManifestInvalid(f"{where} must be a list of strings")
    return urls
