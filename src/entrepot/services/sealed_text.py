"""What a client carries for us without being able to read or change it: sealed bytes as letters for headers and URLs.

The bytes are data key id (8 bytes), nonce, cipher text and tag; the letters are base64url without padding.
"""

from __future__ import annotations

import base64
import binascii

from entrepot.errors import ContentDamaged
from entrepot.ports import Keyring
from entrepot.services.sealing import NONCE, seal, unseal

_KEY_ID_BYTES = 8
_TAG_BYTES = 16

OVERHEAD = _KEY_ID_BYTES + NONCE + _TAG_BYTES
"""Bytes that sealing adds, before they are written as letters."""


async def write(keyring: Keyring, scope: str, plain: bytes, purpose: bytes) -> str:
    """Seals `plain` with the current data key of `scope`; opens only for the same `purpose`."""
    key = await keyring.for_scope(scope)
    sealed = key.key_id.to_bytes(_KEY_ID_BYTES) + seal(key, plain, purpose)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


async def read(keyring: Keyring, text: str, purpose: bytes, longest: int) -> bytes:
    """The inverse of `write`. Raises ContentDamaged for anything that `write` did not return, letter by letter."""
    try:
        sealed = base64.b64decode(text[: longest + 1] + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(text) > longest or base64.urlsafe_b64encode(sealed).decode().rstrip("=") != text:
            raise ContentDamaged  # base64 has more than one text for the same bytes, and only one of them is ours
        key = await keyring.by_id(int.from_bytes(sealed[:_KEY_ID_BYTES]))
        return unseal(key, sealed[_KEY_ID_BYTES:], purpose)
    except (ValueError, binascii.Error, LookupError, OverflowError) as error:
        raise ContentDamaged from error
