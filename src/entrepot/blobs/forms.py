"""What frames are made into: sealed by us, once or twice, or left as they are for a store that seals what it is given.

A frame that is sealed twice is a frame as `frames` has it, taken for the content of another: either key alone opens
nothing.

    stored    | nonce 12 | cipher text of ( nonce 12 | cipher text FRAME | tag 16 ) | tag 16 |
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from entrepot.blobs.frames import OVERHEAD, Cipher, FrameCipher, Layout
from entrepot.errors import ContentDamaged
from entrepot.ports import Format

SECRET = 32
"""Bytes of one key of an object. One that is sealed twice has two, the inner one first."""

_INNER = b"entrepot inner 1\0"
_OUTER = b"entrepot outer 1\0"
_own = threading.local()


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


class DoubleCipher:
    """Seals frames with the first half of `secret`, and what comes of it with the second."""

    def __init__(self, object_id: str, secret: bytes) -> None:
        self._inner = FrameCipher(object_id, secret[:SECRET], _INNER)
        self._outer = FrameCipher(object_id, secret[SECRET:], _OUTER)

    def seal_into(self, index: int, plain: bytes | bytearray | memoryview, out: memoryview) -> int:
        """Writes the stored form of frame `index` to the front of `out`; returns its length."""
        between = _between(len(plain) + OVERHEAD)
        self._inner.seal_into(index, plain, between)
        return self._outer.seal_into(index, between, out)

    def open(self, index: int, sealed: memoryview) -> bytes:
        """The plain bytes of frame `index`. Raises ContentDamaged."""
        return self._inner.open(index, self._opened(index, sealed))

    def open_into(self, index: int, sealed: memoryview, out: memoryview) -> None:
        """As `open`, into `out`, which has the length of the plain bytes."""
        self._inner.open_into(index, self._opened(index, sealed), out)

    def _opened(self, index: int, sealed: memoryview) -> memoryview:
        if len(sealed) < 2 * OVERHEAD:
            raise ContentDamaged
        between = _between(len(sealed) - OVERHEAD)
        self._outer.open_into(index, sealed, between)
        return between


def _between(size: int) -> memoryview:
    """The calling thread's buffer for a frame that is sealed once: it never holds a plain byte."""
    held: bytearray | None = getattr(_own, "held", None)
    if held is None or len(held) < size:
        held = _own.held = bytearray(size)
    return memoryview(held)[:size]


@dataclass(frozen=True, slots=True)
class Form:
    """How many bytes a stored frame has more than a plain one, and what makes it."""

    overhead: int
    cipher: Callable[[str, bytes], Cipher]


SEALED = Form(OVERHEAD, FrameCipher)
PLAIN = Form(0, _no_cipher)
DSSE = Form(2 * OVERHEAD, DoubleCipher)
FORMS: Mapping[Format, Form] = {"sealed": SEALED, "plain": PLAIN, "dsse": DSSE}


def stored_size(form: Format, size: int) -> int:
    """Bytes of the object that holds a blob of `size` plain bytes in that format."""
    return Layout(overhead=FORMS[form].overhead).stored_size(size)
