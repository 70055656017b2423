"""Small secrets sealed with a data key: AES-256-GCM, the purpose bound in as associated data."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from entrepot.errors import ContentDamaged
from entrepot.ports import DataKey

NONCE = 12


def seal(key: DataKey, plain: bytes, purpose: bytes) -> bytes:
    """Nonce, cipher text and tag; opens only with the same key and purpose."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key.material).encrypt(nonce, plain, purpose)


def unseal(key: DataKey, sealed: bytes, purpose: bytes) -> bytes:
    """The inverse of `seal`. Raises ContentDamaged for anything else than what `seal` made."""
    try:
        return AESGCM(key.material).decrypt(sealed[:NONCE], sealed[NONCE:], purpose)
    except (InvalidTag, ValueError) as error:
        raise ContentDamaged from error


def message_key(key: DataKey, salt: bytes) -> DataKey:
    """The key of one message, derived from a data key (RFC 5869), so that random nonces never run out for it."""
    return DataKey(key.key_id, HKDFExpand(SHA256(), 32, b"entrepot message " + salt).derive(key.material))


def object_secret(key: DataKey, object_id: str, purpose: bytes = b"entrepot blob ") -> bytes:
    """The 32-byte key of one stored object, derived from its data key (RFC 5869), so that none is used for two.

    `purpose` keeps apart what one data key does for one object.
    """
    return HKDFExpand(SHA256(), 32, purpose + object_id.encode()).derive(key.material)
