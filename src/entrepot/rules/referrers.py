"""Entries of the referrers API. OCI Distribution 1.1, "Listing Referrers"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from entrepot.rules.manifest import Manifest


class ReferrerDescriptor(TypedDict):
    """One entry, as JSON has it."""

    mediaType: str
    digest: str
    size: int
    artifactType: NotRequired[str]
    annotations: NotRequired[dict[str, str]]


def referrer_entry(
    media_type: str, digest: str, size: int, artifact_type: str | None, annotations: Mapping[str, str]
) -> ReferrerDescriptor:
    """The entry of a stored manifest of `size` bytes; members that have nothing to say are left out."""
    entry = ReferrerDescriptor(mediaType=media_type, digest=digest, size=size)
    if artifact_type is not None:
        entry["artifactType"] = artifact_type
    if annotations:
        entry["annotations"] = dict(annotations)
    return entry


def referrer_descriptor(manifest: Manifest, digest: str, size: int) -> ReferrerDescriptor:
    """The entry of `manifest`, stored under `digest` with `size` bytes."""
    return referrer_entry(manifest.media_type, digest, size, manifest.artifact_type, manifest.annotations)
