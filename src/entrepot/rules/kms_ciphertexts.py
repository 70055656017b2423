"""What KMS gives out as a ciphertext: how its bytes lie, and what is authenticated along with them.

    version   1 byte, 1
    account   5 bytes, the number of the key's account
    key       16 bytes, the key's id
    material  8 bytes, which of the key's materials
    check     4 bytes of the SHA-256 of all that
    salt      16 bytes, from which and the material the message's own key is derived
    rest      nonce, cipher text and tag of AES-256-GCM

A ciphertext names its key, so that Decrypt needs no KeyId. The check tells a damaged ciphertext from one of a key that
is not there; it protects nothing, since whoever wants to can compute it: the head is authenticated with the rest.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from entrepot.errors import InvalidCiphertext, ValidationFailed

SALT = 16
LONGEST_CONTEXT = 8192
"""UTF-8 bytes of all keys and values of an encryption context."""

_VERSION = 1
_FIELDS = struct.Struct(">B5s16sQ")
_CHECK = 4
_HEAD = _FIELDS.size + _CHECK
_PREFIX = b"entrepot kms ciphertext"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """The parts of a ciphertext. `material` is the id of the data key that is the key's material; `key_id` a UUID."""

    account: str
    key_id: str
    material: int
    salt: bytes
    rest: bytes

    @property
    def head(self) -> bytes:
        """All that stands before the salt."""
        number = int(self.account).to_bytes(5)
        fields = _FIELDS.pack(_VERSION, number, bytes.fromhex(self.key_id.replace("-", "")), self.material)
        return fields + hashlib.sha256(fields).digest()[:_CHECK]

    def written(self) -> bytes:
        """The bytes that `read` reads."""
        return self.head + self.salt + self.rest

    def associated(self, arn: str, context: Mapping[str, str]) -> bytes:
        """What is authenticated and not encrypted. Differs for any two heads, salts, keys or contexts.

        Contexts are equal that have the same entries, in whatever order.
        """
        pairs = sorted((key.encode(), value.encode()) for key, value in context.items())
        texts = [self.head, self.salt, arn.encode(), *(text for pair in pairs for text in pair)]
        return _PREFIX + b"".join(len(text).to_bytes(4) + text for text in texts)


def read(blob: bytes) -> Ciphertext:
    """Takes a ciphertext apart. Raises InvalidCiphertext for what is none."""
    if len(blob) < _HEAD + SALT:
        raise not_ours()
    version, number, key, material = _FIELDS.unpack(blob[: _FIELDS.size])
    account, digits = f"{int.from_bytes(number):012}", key.hex()
    key_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    found = Ciphertext(account, key_id, material, blob[_HEAD : _HEAD + SALT], blob[_HEAD + SALT :])
    if version != _VERSION or not _ACCOUNT.fullmatch(account) or found.head != blob[:_HEAD]:
        raise not_ours()
    return found


def not_ours() -> InvalidCiphertext:
    """Why a ciphertext is not opened: nobody is told more."""
    return InvalidCiphertext("This is not what was encrypted, or not with this encryption context.")


def check_context(context: Mapping[str, str]) -> None:
    """Raises ValidationFailed for an encryption context that is too long."""
    if sum(len(key.encode()) + len(value.encode()) for key, value in context.items()) > LONGEST_CONTEXT:
        raise ValidationFailed(f"The encryption context has more than {LONGEST_CONTEXT} bytes")
