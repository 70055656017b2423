"""The stored form of a blob: frames that are sealed one by one, so that a range is read without what lies before it.

    plain     |  FRAME bytes  |  FRAME bytes  |  1 to FRAME bytes  |
    stored    | nonce 12 | cipher text FRAME | tag 16 | nonce ...  |

Frame i begins at byte i * (FRAME + 28); only the last may be short, and a blob of no bytes has no frame. The cipher is
AES-256-GCM (NIST SP 800-38D) with a key of the object's own and a random nonce a frame: a position may be sealed more
than once, after an upload was resumed, so a counter would repeat. The data authenticated beside each frame names the
format, the object and the frame's index; a frame that is moved, or taken from another object, does not open. Missing
frames show because whoever opens a blob knows its size.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entrepot.errors import ContentDamaged

FRAME = 1 << 20
NONCE = 12
TAG = 16
OVERHEAD = NONCE + TAG

FORMAT = b"entrepot blob 1\0"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which stored bytes hold which plain bytes, for frames of `frame` plain bytes and `overhead` more when stored."""

    frame: int = FRAME
    overhead: int = OVERHEAD

    @property
    def sealed_frame(self) -> int:
        """Stored bytes of a whole frame."""
        return self.frame + self.overhead

    def offset(self, index: int) -> int:
        """Where frame `index` begins in the object."""
        return index * self.sealed_frame

    def whole_frames(self, size: int) -> int:
        """How many of the frames of `size` plain bytes are whole."""
        return size // self.frame

    def rest(self, size: int) -> int:
        """Plain bytes of the last, short frame; 0 where all frames are whole."""
        return size % self.frame

    def stored_size(self, size: int) -> int:
        """Bytes of the object that holds `size` plain bytes."""
        rest = self.rest(size)
        return self.offset(self.whole_frames(size)) + (rest + self.overhead if rest else 0)

    def frame_size(self, index: int, size: int) -> int:
        """Plain bytes of frame `index` in a blob of `size`; 0 where the blob has no such frame."""
        return max(0, min(self.frame, size - index * self.frame))

    def frames(self, start: int, stop: int) -> range:
        """Indexes of the frames that hold plain bytes `start` to `stop` (exclusive)."""
        if start >= stop:
            return range(0)
        return range(start // self.frame, (stop - 1) // self.frame + 1)


class Cipher(Protocol):
    """Makes stored frames of plain ones and the other way round."""

    def seal_into(self, index: int, plain: bytes | bytearray | memoryview, out: memoryview) -> int:
        """Writes the stored form of frame `index` to the front of `out`; returns its length."""
        ...

    def open(self, index: int, sealed: memoryview) -> bytes:
        """The plain bytes of a stored frame. Raises ContentDamaged."""
        ...

    def open_into(self, index: int, sealed: memoryview, out: memoryview) -> None:
        """As `open`, into `out`, which has the length of the plain bytes."""
        ...


class FrameCipher:
    """Seals and opens the frames of one object. `secret` is the object's 32-byte key. Safe to share between threads.

    `form` is what the frames are bound to besides their object and index: the format that they are part of.
    """

    __slots__ = ("_aead", "_name")

    def __init__(self, object_id: str, secret: bytes, form: bytes = FORMAT) -> None:
        self._aead = AESGCM(secret)
        self._name = form + object_id.encode("ascii")

    def seal_into(self, index: int, plain: bytes | bytearray | memoryview, out: memoryview) -> int:
        """Writes frame `index` with content `plain` to the front of `out`; returns its stored length."""
        stored = len(plain) + OVERHEAD
        nonce = os.urandom(NONCE)
        out[:NONCE] = nonce
        self._aead.encrypt_into(nonce, plain, self._bound(index), out[NONCE:stored])
        return stored

    def open(self, index: int, sealed: memoryview) -> bytes:
        """The plain bytes of frame `index`. Raises ContentDamaged where `sealed` is anything else than that frame."""
        if len(sealed) < OVERHEAD:
            raise ContentDamaged
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(index))
        except InvalidTag as cause:
            raise ContentDamaged from cause

    def open_into(self, index: int, sealed: memoryview, out: memoryview) -> None:
        """As `open`, into `out`, which has the length of the plain bytes."""
        if len(sealed) != len(out) + OVERHEAD:
            raise ContentDamaged
        try:
            self._aead.decrypt_into(sealed[:NONCE], sealed[NONCE:], self._bound(index), out)
        except InvalidTag as cause:
            raise ContentDamaged from cause

    def _bound(self, index: int) -> bytes:
        return self._name + index.to_bytes(8, "big")
