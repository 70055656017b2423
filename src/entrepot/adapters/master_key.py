"""A master key in a file: 32 bytes as hex, readable by its owner only."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entrepot.errors import KeyUnavailable

_NONCE = 12
_HEX = re.compile(r"[0-9a-f]{64}")


class FileKeyProvider:
    """The KeyProvider port: wraps data keys with AES-256-GCM, the context bound in as associated data."""

    def __init__(self, path: Path) -> None:
        """Reads the key; raises KeyUnavailable where there is none or it is not one."""
        try:
            text = path.read_text().strip()
        except OSError as error:
            raise KeyUnavailable(
                f"The master key {path} cannot be read: {error.strerror}", "NotFoundException"
            ) from error
        if not _HEX.fullmatch(text):
            raise KeyUnavailable(f"The master key {path} is not 64 hexadecimal digits", "InvalidKeyUsageException")
        self._cipher = AESGCM(bytes.fromhex(text))

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """See ports.KeyProvider."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See ports.KeyProvider."""
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise KeyUnavailable(
                "The master key is not the one that sealed this data", "IncorrectKeyException"
            ) from error


def create_master_key(path: Path) -> None:
    """Writes a new key to a file that does not exist yet, mode 0600, durable before it is used."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(os.urandom(32).hex() + "\n")
        file.flush()
        os.fsync(descriptor)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
