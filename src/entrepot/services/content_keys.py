"""What seals the content of a repository: layers in the store and, with a key of KMS, manifests in the database too.

    AES256      the registry's data key
    KMS         a data key that the repository's key of KMS wraps
    KMS_DSSE    another such data key, and around what it sealed the registry's: the content opens with both only

Data keys under a key of KMS are given out while that key is enabled, as of half a second ago at most.

Source: ECR User Guide, "Encryption at rest".
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.context import App
from entrepot.meta.repositories import RepositoryRow
from entrepot.ports import DataKey, Format
from entrepot.services import sealing
from entrepot.services.keyring import registry_scope
from entrepot.services.sealing import message_key

_TWICE = "/kms-dsse/"
_OUTER = b"entrepot outer blob "


@dataclass(frozen=True, slots=True)
class ContentKey:
    """The data key that rows name, and the one around it where content is sealed twice."""

    data: DataKey
    outer: DataKey | None = None

    @property
    def key_id(self) -> int:
        """What rows of content are given to find the key again."""
        return self.data.key_id

    @property
    def form(self) -> Format | None:
        """The format that layers have; None for the one that the settings say, which may leave sealing to the store."""
        if self.data.kms_key_id is None:
            return None
        return "dsse" if self.outer else "sealed"

    def object_secret(self, object_id: str) -> bytes:
        """The secret of one stored object, derived so that none is used for two."""
        inner = sealing.object_secret(self.data, object_id)
        return inner + sealing.object_secret(self.outer, object_id, _OUTER) if self.outer else inner

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Seals something small. It opens only with the same key and purpose, which has a key of its own."""
        sealed = sealing.seal(message_key(self.data, purpose), plain, purpose)
        return sealing.seal(message_key(self.outer, purpose), sealed, purpose) if self.outer else sealed

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        """The inverse of `seal`. Raises ContentDamaged for anything else than what `seal` made."""
        inner = sealing.unseal(message_key(self.outer, purpose), sealed, purpose) if self.outer else sealed
        return sealing.unseal(message_key(self.data, purpose), inner, purpose)


async def of_repository(app: App, repository: RepositoryRow) -> ContentKey:
    """What seals new content of a repository. Raises KeyUnavailable."""
    scope, kms_key_id = registry_scope(repository.registry), repository.encryption.kms_key_id
    if kms_key_id is None:
        return ContentKey(await app.keyring.for_scope(scope))
    if repository.encryption.type == "KMS":
        return ContentKey(await app.keyring.under_key(f"{scope}/kms/{kms_key_id}", kms_key_id))
    # The scope names the outer key, which may not be the registry's current one for ever.
    outer = await app.keyring.for_scope(scope)
    return ContentKey(await app.keyring.under_key(f"{scope}{_TWICE}{kms_key_id}/{outer.key_id}", kms_key_id), outer)


async def of_content(app: App, data_key_id: int) -> ContentKey:
    """What opens content that names this data key. Raises KeyUnavailable."""
    data = await app.keyring.by_id(data_key_id)
    if data.kms_key_id is None or _TWICE not in data.scope:
        return ContentKey(data)
    return ContentKey(data, await app.keyring.by_id(int(data.scope.rpartition("/")[2])))
