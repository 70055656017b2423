"""A master key whose bytes this process holds: from a file (`master_key_file`), or from an environment variable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from entrepot.errors import KeyUnavailable
from entrepot.ports import Wrapped

_NONCE = 12
_HEX = re.compile(rb"[0-9a-fA-F]{64}")
_NAME_BYTES = 8


class RawKey:
    """The KeyProvider port: wraps data keys with AES-256-GCM, the context bound in as associated data.

    Its `name` is derived from the key (RFC 5869), which nobody finds by it: the same key has the same name wherever it
    is kept. It may also open what was wrapped before there were names.
    """

    def __init__(self, key: bytes, source: str) -> None:
        """`key` has 32 bytes; `source` says where it is from."""
        self.source = source
        self.name = "raw:" + HKDFExpand(SHA256(), _NAME_BYTES, b"entrepot master key name").derive(key).hex()
        self._cipher = AESGCM(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawKey) and (self.name, self.source) == (other.name, other.source)

    def __hash__(self) -> int:
        return hash((self.name, self.source))

    def may_open(self, name: str) -> bool:
        """See ports.KeyProvider."""
        return name in {"", self.name}

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """See ports.KeyProvider."""
        nonce = os.urandom(_NONCE)
        return Wrapped(nonce + self._cipher.encrypt(nonce, key, context), self.name)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See ports.KeyProvider."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise KeyUnavailable(
                f"The master key of {self.source} does not open this data key", "IncorrectKeyException"
            ) from error


def key_of(text: bytes) -> bytes | None:
    """The 32 bytes that 64 hexadecimal digits stand for; None for any other text."""
    return bytes.fromhex(text.decode()) if _HEX.fullmatch(text) else None


def read_variable(name: str, environ: Mapping[str, str]) -> RawKey:
    """The key in an environment variable. Raises KeyUnavailable where there is none, or none that is a key."""
    text = environ.get(name, "").strip()
    if not text:
        raise KeyUnavailable(
            f"The environment variable {name}, which is to hold the master key, is not set. Set it to the 64 "
            "hexadecimal digits that it had.",
            "NotFoundException",
        )
    if (key := key_of(text.encode(errors="replace"))) is None:
        raise KeyUnavailable(
            f"The master key in the environment variable {name} is not 64 hexadecimal digits",
            "InvalidKeyUsageException",
        )
    return RawKey(key, f"env:{name}")
