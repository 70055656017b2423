"""What frames are made into: sealed by us, or left as they are for a store that seals what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entrepot.blobs.frames import OVERHEAD, Cipher, FrameCipher
from entrepot.errors import ContentDamaged


class NoCipher:
    """Leaves frames as they are. What is read is checked for its length only: whoever asked for it knows its digest."""

    def seal_into(self, index: int, plain: bytes | bytearray | memoryview, out: memoryview) -> int:
        """Copies a frame."""
        del index
        out[: len(plain)] = plain
        return len(plain)

    def open(self, index: int, sealed: memoryview) -> bytes:
        """The frame."""
        del index
        return bytes(sealed)

    def open_into(self, index: int, sealed: memoryview, out: memoryview) -> None:
        """Copies a frame. Raises ContentDamaged where it has another length."""
        del index
        if len(sealed) != len(out):
            raise ContentDamaged
        out[:] = sealed


def _no_cipher(object_id: str, secret: bytes) -> Cipher:
    del object_id, secret
    return NoCipher()


@dataclass(frozen=True, slots=True)
class Form:
    """How many bytes a stored frame has more than a plain one, and what makes it."""

    overhead: int
    cipher: Callable[[str, bytes], Cipher]


SEALED = Form(OVERHEAD, FrameCipher)
PLAIN = Form(0, _no_cipher)
