"""What every part of the sealed store works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entrepot.blobs.frames import Cipher, FrameCipher, Layout
from entrepot.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Backing:
    """Where sealed bytes are: the object store, its frames, and the calling thread's buffer for one sealed frame.

    `cipher` seals the frames of an object, by its id and its secret.
    """

    store: ObjectStore
    layout: Layout
    buffer: Callable[[], memoryview]
    cipher: Callable[[str, bytes], Cipher] = FrameCipher
