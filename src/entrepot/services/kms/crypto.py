"""Encrypting and decrypting with keys, and making data keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from entrepot.context import App, Context, KmsKeyRef, Registry
from entrepot.errors import AccessDenied, ContentDamaged, DryRun, IncorrectKey, KeyNotFound
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.ports import DataKey
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_ciphertexts import SALT, Ciphertext, check_context, not_ours, read
from entrepot.rules.kms_conditions import keys_of_context
from entrepot.rules.kms_names import KeyName
from entrepot.services.access import authorize
from entrepot.services.kms import lookup
from entrepot.services.kms.lookup import Named, authorized, authorized_row, key_named, require_usable
from entrepot.services.sealing import message_key, seal, unseal

_OF_NOBODY = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
    "or you are not allowed to access."
)


@dataclass(frozen=True, slots=True)
class With:
    """What is encrypted or decrypted with: a key, by whatever it is called, and an encryption context."""

    key: str | None
    context: Mapping[str, str] = field(default_factory=dict[str, str])
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A ciphertext with its key, and which data key was the key's material."""

    row: KmsKeyRow
    blob: bytes
    material: int


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A plain text with its key, and which data key had been the key's material."""

    row: KmsKeyRow
    plain: bytes = field(repr=False)
    material: int


async def encrypt(app: App, ctx: Context, plain: bytes, using: With, action: str = "kms:Encrypt") -> Encrypted:
    """Encrypts with a key's current material. Raises KeyNotFound, KeyUnavailable, DryRun."""
    row = await _key(app, ctx, action, using)
    if using.dry_run:
        raise DryRun
    return await _sealed(app, row, plain, using.context)


async def decrypt(app: App, ctx: Context, blob: bytes, using: With) -> Decrypted:
    """Decrypts with the key that the ciphertext names, which has to be that of `using`, if any.

    Raises InvalidCiphertext, IncorrectKey, KeyNotFound, KeyUnavailable, DryRun.
    """
    found = await _opened(app, ctx, "kms:Decrypt", blob, using, {})
    if using.dry_run:
        raise DryRun
    return found


async def re_encrypt(app: App, ctx: Context, blob: bytes, source: With, target: With) -> tuple[Decrypted, Encrypted]:
    """Decrypts and encrypts anew, of which the caller sees nothing but the ciphertext. Raises as both do."""
    ciphertext = read(blob)
    to = await app.db.read(lookup.find, key_named(ctx, target.key or ""))
    same = to is not None and to.ref == _ref_of(ctx, ciphertext)
    keys: dict[str, Value] = {"kms:ReEncryptOnSameKey": "true" if same else "false"}
    opened = await _opened(app, ctx, "kms:ReEncryptFrom", blob, source, keys)
    row = await _key(app, ctx, "kms:ReEncryptTo", target, keys)
    if target.dry_run:
        raise DryRun
    return opened, await _sealed(app, row, opened.plain, target.context)


async def data_key(app: App, ctx: Context, count: int, using: With, action: str) -> tuple[bytes, Encrypted]:
    """So many random bytes, plain and encrypted. Raises as `encrypt` does."""
    plain = os.urandom(count)
    return plain, await encrypt(app, ctx, plain, using, action)


async def random_bytes(app: App, ctx: Context, count: int) -> bytes:
    """So many random bytes."""
    await authorize(app, ctx, "kms:GenerateRandom", ctx.registry)
    return os.urandom(count)


async def _key(app: App, ctx: Context, action: str, using: With, keys: Mapping[str, Value] | None = None) -> KmsKeyRow:
    check_context(using.context)
    known = {**_keys_of(using), **(keys or {})}
    row = await authorized(app, ctx, action, key_named(ctx, using.key or ""), known)
    require_usable(row)
    return row


async def _opened(
    app: App, ctx: Context, action: str, blob: bytes, using: With, keys: Mapping[str, Value]
) -> Decrypted:
    check_context(using.context)
    ciphertext = read(blob)
    ref = _ref_of(ctx, ciphertext)
    known = {**_keys_of(using), **keys}
    if using.key is None:
        row = await _key_of_ciphertext(app, ctx, action, ref, known)
    else:
        row = await authorized(app, ctx, action, key_named(ctx, using.key), known)
        if row.ref != ref:
            raise IncorrectKey("The key ID in the request does not identify a CMK that can perform this operation.")
    require_usable(row)
    try:
        material = await app.keyring.material(row.id, ciphertext.material)
        key = message_key(material, ciphertext.salt)
        plain = unseal(key, ciphertext.rest, ciphertext.associated(row.arn, using.context))
    except (ContentDamaged, LookupError):
        raise not_ours() from None
    return Decrypted(row, plain, ciphertext.material)


async def _key_of_ciphertext(
    app: App, ctx: Context, action: str, ref: KmsKeyRef, keys: Mapping[str, Value]
) -> KmsKeyRow:
    """The key, where the request does not name it. KMS has one sentence for all that can be wrong with it."""
    name = KeyName(ref.account, ref.registry.region, ref.key_id, is_alias=False)
    row = await app.db.read(lookup.find, name)
    try:
        return await authorized_row(app, ctx, action, Named(name, row), keys)
    except (AccessDenied, KeyNotFound):
        raise AccessDenied(_OF_NOBODY) from None


async def _sealed(app: App, row: KmsKeyRow, plain: bytes, context: Mapping[str, str]) -> Encrypted:
    try:
        material: DataKey = await app.keyring.material(row.id)
    except LookupError:  # deleted since
        raise KeyNotFound(f"Key '{row.arn}' does not exist") from None
    bare = Ciphertext(row.account, row.key_id, material.key_id, os.urandom(SALT), b"")
    sealed = seal(message_key(material, bare.salt), plain, bare.associated(row.arn, context))
    return Encrypted(row, replace(bare, rest=sealed).written(), material.key_id)


def _ref_of(ctx: Context, ciphertext: Ciphertext) -> KmsKeyRef:
    return KmsKeyRef(Registry(ciphertext.account, ctx.registry.region), ciphertext.key_id)


def _keys_of(using: With) -> dict[str, Value]:
    return {**keys_of_context(using.context), "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
