"""Bytes that nobody has pushed before and that cost nothing to make, and manifests of them."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_TAIL = 16


@dataclass(frozen=True, slots=True)
class Blob:
    """A body that is sent piece by piece, and its digest."""

    digest: str
    size: int
    body: tuple[bytes | memoryview, ...]


class Content:
    """One random block of `length` bytes, which all blobs begin with, a piece of it or several times over.

    They end in a number, so that their digests differ. The long beginning is hashed once for all blobs of a size.
    """

    def __init__(self, length: int) -> None:
        self._block = memoryview(os.urandom(length))
        self._numbers = itertools.count(int.from_bytes(os.urandom(_TAIL // 2)) << 32)
        self._hashed: dict[int, hashlib._Hash] = {}
        self._lock = threading.Lock()

    def blob(self, size: int) -> Blob:
        """A new blob of `size` bytes, 16 at least."""
        whole, rest = divmod(size - _TAIL, len(self._block))
        head = (*[self._block] * whole, self._block[:rest])
        with self._lock:
            tail = next(self._numbers).to_bytes(_TAIL)
            if size not in self._hashed:
                self._hashed[size] = hashlib.sha256()
                for piece in head:
                    self._hashed[size].update(piece)
            digest = self._hashed[size].copy()
        digest.update(tail)
        return Blob(f"sha256:{digest.hexdigest()}", size, (*head, tail))


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest and what it names; the config is a small blob like the others."""

    manifest: bytes
    config: Blob
    layers: tuple[Blob, ...]

    @property
    def digest(self) -> str:
        """The manifest's."""
        return f"sha256:{hashlib.sha256(self.manifest).hexdigest()}"

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """All that is pushed before the manifest."""
        return (*self.layers, self.config)


def image(config: Blob, layers: Sequence[Blob], note: object = "") -> Image:
    """An image of these; with another `note` it is another image of the same layers."""
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "digest": config.digest, "size": config.size},
        "layers": [{"mediaType": LAYER, "digest": each.digest, "size": each.size} for each in layers],
        "annotations": {"note": str(note)},
    }
    return Image(json.dumps(document).encode(), config, tuple(layers))
