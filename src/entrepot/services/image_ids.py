"""Image identifiers, and what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import RepositoryRef
from entrepot.errors import ImageNotFound, InvalidParameter
from entrepot.meta import images as rows
from entrepot.meta.images import ImageRow
from entrepot.rules.digests import DIGEST_PATTERN, check_digest_form, has_digest_form
from entrepot.rules.names import TAG_PATTERN, check_tag, is_tag
from entrepot.services.repositories import require

_INVALID = "Invalid request parameters"

FailureCode = Literal[
    "InvalidImageDigest",
    "InvalidImageTag",
    "ImageTagDoesNotMatchDigest",
    "ImageNotFound",
    "MissingDigestAndTag",
    "ImageReferencedByManifestList",
    "KmsError",
]


@dataclass(frozen=True, slots=True)
class ImageId:
    """ECR's imageIdentifier: a digest, a tag, or both."""

    digest: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """ECR's imageFailure: why one of several images was left out."""

    image_id: ImageId
    code: FailureCode
    reason: str


def resolve(connection: Connection, repository_id: int, image_id: ImageId) -> ImageRow | Failure:
    """The image that an identifier names, or ECR's reason why there is none."""
    if ill_formed := _ill_formed(image_id):
        return ill_formed
    by_tag = rows.find_image_by_tag(connection, repository_id, image_id.tag) if image_id.tag else None
    if image_id.tag and by_tag is None:
        return Failure(image_id, "ImageNotFound", "Requested image not found")
    if by_tag and image_id.digest not in (None, by_tag.digest):
        reason = f"{_INVALID}: given tag does not map to the given digest"
        return Failure(image_id, "ImageTagDoesNotMatchDigest", reason)
    found = by_tag or rows.find_image(connection, repository_id, image_id.digest or "")
    return found or Failure(image_id, "ImageNotFound", "Requested image not found")


def _ill_formed(image_id: ImageId) -> Failure | None:
    if image_id.digest is None and image_id.tag is None:
        return Failure(image_id, "MissingDigestAndTag", f"{_INVALID}: both tag and digest cannot be null")
    if image_id.digest is not None and not has_digest_form(image_id.digest):
        reason = f"{_INVALID}: image digest should satisfy the regex '{DIGEST_PATTERN}'"
        return Failure(image_id, "InvalidImageDigest", reason)
    if image_id.tag is not None and not is_tag(image_id.tag):
        reason = f"{_INVALID}: image tag should satisfy the regex '{TAG_PATTERN}'"
        return Failure(image_id, "InvalidImageTag", reason)
    return None


def check_image_id(image_id: ImageId) -> None:
    """Raises InvalidParameter for an identifier that can name no image."""
    if image_id.digest is None and image_id.tag is None:
        raise InvalidParameter.at("imageId", "both tag and digest cannot be null")
    if image_id.digest is not None:
        check_digest_form(image_id.digest, "imageDigest")
    if image_id.tag is not None:
        check_tag(image_id.tag)


def require_image(connection: Connection, repo: RepositoryRef, image_id: ImageId) -> ImageRow:
    """The image that an identifier names; raises RepositoryNotFound, ImageNotFound."""
    found = resolve(connection, require(connection, repo).id, image_id)
    if isinstance(found, Failure):
        raise ImageNotFound(repo.name, repo.account, image_id.digest, image_id.tag)
    return found
