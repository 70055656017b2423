"""Small secrets sealed with a data key: AES-256-GCM, the purpose bound in as associated data."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from entrepot.errors import ContentDamaged
from entrepot.ports import DataKey

NONCE = 12
LONGEST_TEXT = 4096


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


def to_text(sealed: bytes) -> str:
    """What was sealed, as text for passwords and URLs: base64 of the URL-safe alphabet, unpadded."""
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def from_text(text: str) -> bytes:
    """The inverse of `to_text`. Raises ValueError for any other spelling, of which base64 allows several."""
    if len(text) > LONGEST_TEXT:
        raise ValueError("too long")
    sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_text(sealed) != text:
        raise ValueError("not as it was written")
    return sealed


def object_secret(key: DataKey, object_id: str) -> bytes:
    """The 32-byte key of one stored object, derived from its data key (RFC 5869), so that none is used for two."""
    return HKDFExpand(SHA256(), 32, b"entrepot blob " + object_id.encode()).derive(key.material)
