"""Manifests as the database keeps them: sealed where their repository has a key of KMS, plain where it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog
from structlog.typing import FilteringBoundLogger

from entrepot.context import App
from entrepot.errors import ContentDamaged
from entrepot.meta.images import Payload
from entrepot.meta.repositories import RepositoryRow
from entrepot.services import content_keys

log: FilteringBoundLogger = structlog.get_logger()


class OfImage(Protocol):
    """What a manifest is sealed for."""

    @property
    def repository_id(self) -> int: ...  # noqa: D102 - as the rows of images have them

    @property
    def digest(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest that was sealed for one repository, as it was found to be."""

    repository: RepositoryRow
    payload: Payload

    def is_for(self, repository: RepositoryRow) -> bool:
        """Whether it is that one still, and not another that was made under its name."""
        mine = self.repository
        return (mine.id, mine.encryption) == (repository.id, repository.encryption)


async def sealed(app: App, repository: RepositoryRow, digest: str, manifest: bytes) -> Sealed:
    """A manifest sealed for a repository that has a key of KMS. Raises KeyUnavailable."""
    key = await content_keys.of_repository(app, repository)
    return Sealed(repository, Payload(key.seal(manifest, _purpose(repository.id, digest)), key.key_id))


async def stored(app: App, repository: RepositoryRow, digest: str, manifest: bytes) -> Payload:
    """A manifest as the database is to have it, for a repository of either kind. Raises KeyUnavailable."""
    if repository.encryption.kms_key_id is None:
        return Payload(manifest)
    return (await sealed(app, repository, digest, manifest)).payload


async def opened(app: App, image: OfImage, payload: Payload) -> bytes:
    """A manifest, byte for byte as it was pushed. Raises KeyUnavailable, ContentDamaged."""
    if payload.data_key_id is None:
        return payload.stored
    key = await content_keys.of_content(app, payload.data_key_id)
    try:
        return key.unseal(payload.stored, _purpose(image.repository_id, image.digest))
    except ContentDamaged as cause:
        raise _damage(image) from cause


def _damage(image: OfImage) -> ContentDamaged:
    """The error for a manifest that does not open, after a line in the log that says which."""
    log.error("a stored manifest is damaged", repository_id=image.repository_id, digest=image.digest)
    return ContentDamaged()


def _purpose(repository_id: int, digest: str) -> bytes:
    return f"manifest {repository_id} {digest}".encode()
