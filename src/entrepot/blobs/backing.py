"""What every part of the sealed store works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from entrepot.blobs.frames import Layout
from entrepot.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class Backing:
    """Where sealed bytes are: the object store, its frames, and the calling thread's buffer for one sealed frame."""

    store: ObjectStore
    layout: Layout
    buffer: Callable[[], memoryview]
