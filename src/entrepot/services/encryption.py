"""Which key a repository is to have, and how it is named in answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import InvalidParameter
from entrepot.meta import kms_keys
from entrepot.meta.repositories import AES256, Encryption, EncryptionType, RepositoryRow
from entrepot.services.kms.for_repositories import key_for_repository


@dataclass(frozen=True, slots=True)
class WantedEncryption:
    """What CreateRepository asks for. `kms_key` is a key's id, ARN, alias name or alias ARN; None for alias/aws/ecr."""

    type: EncryptionType = "AES256"
    kms_key: str | None = None


AS_EVER = WantedEncryption()
"""What is asked for where nothing is."""


async def chosen(app: App, ctx: Context, repo: RepositoryRef, wanted: WantedEncryption) -> Encryption:
    """What a new repository is sealed with. Raises InvalidParameter, KeyUnavailable."""
    if wanted.type == "AES256":
        if wanted.kms_key is not None:
            message = "kmsKey must not be given with the encryption type AES256"
            raise InvalidParameter.at("encryptionConfiguration", message)
        return AES256
    key = await key_for_repository(app, ctx, repo.registry, wanted.kms_key, repository_arn=repo.arn)
    return Encryption(wanted.type, key.id)


async def key_arns(app: App, rows: Iterable[RepositoryRow]) -> Mapping[int, str]:
    """The ARNs of the keys of repositories, by `kms_key_id`. Asks nobody where there are none."""
    ids = {row.encryption.kms_key_id for row in rows} - {None}
    return await app.db.read(kms_keys.arns_of, [each for each in ids if each is not None]) if ids else {}
