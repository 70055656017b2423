"""Bytes of any length, a chunk at a time."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORM = zlib.MAX_WBITS | 16


def chunks_of(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """What is left of a stream."""
    while chunk := stream.read(CHUNK):
        yield chunk


def file_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from chunks_of(stream)


def plain_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The content of a stream that is gzipped or not, from its beginning."""
    packed = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    stream.seek(0)
    return chunks_of(gzip.GzipFile(fileobj=stream) if packed else stream)


def gzipped(chunks: Iterable[bytes], level: int, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    """The gzip form of `chunks`, the same bytes each time; `seen` is called with each plain chunk."""
    packer = zlib.compressobj(level, zlib.DEFLATED, GZIP_FORM)
    for chunk in chunks:
        seen(chunk)
        yield packer.compress(chunk)
    yield packer.flush()


def digest_of_chunks(chunks: Iterable[bytes], algorithm: str = "sha256") -> str:
    """A digest as `algorithm:hex`."""
    found = hashlib.new(algorithm)
    for chunk in chunks:
        found.update(chunk)
    return f"{algorithm}:{found.hexdigest()}"
