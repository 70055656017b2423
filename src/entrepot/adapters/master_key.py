"""A master key in a file: 32 bytes as hex, readable by its owner only."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entrepot.errors import KeyUnavailable

_NONCE = 12
_HEX = re.compile(rb"[0-9a-f]{64}")


class FileKeyProvider:
    """The KeyProvider port: wraps data keys with AES-256-GCM, the context bound in as associated data."""

    def __init__(self, path: Path) -> None:
        """Reads the key; raises KeyUnavailable where there is none or it is not one."""
        try:
            text = path.read_bytes().strip()
        except OSError as error:
            raise KeyUnavailable(
                f"The master key {path} cannot be read: {error.strerror}", "NotFoundException"
            ) from error
        if not _HEX.fullmatch(text):
            raise KeyUnavailable(f"The master key {path} is not 64 hexadecimal digits", "InvalidKeyUsageException")
        self._cipher = AESGCM(bytes.fromhex(text.decode()))

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
    """Makes a new key, mode 0600, under a name that is not taken yet.

    The file is whole and durable from the moment it has its name: a first start that is cut short, or finds no room,
    leaves no half of a key for the next one to refuse.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(os.urandom(32).hex() + "\n")
        file.flush()
        os.fsync(descriptor)
    path.hardlink_to(fresh)  # which, unlike a rename, never replaces a key
    fresh.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
