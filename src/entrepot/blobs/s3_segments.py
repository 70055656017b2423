"""Which objects of an S3 store hold the bytes of one of ours, and the checkpoint that says so.

Nothing that is stored in an S3 store can be appended to, and the parts of an unfinished multipart upload cannot be
read. A checkpoint therefore makes whole S3 objects, each under a key of its own that is written once:

    objects/3f/3f2a...        the first segment, which is all there is of most layers
    staged/3f2a....9c1e...    a later one

All segments but the last count with a whole number of parts. Whoever goes on drops what is behind the last whole part
of the segments, reads it back, and writes a new segment that begins with it. So no part but the last is ever short
(as some stores demand), an upload in many small requests does not become many small objects, and writers that do not
know of each other never write to the same key.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

OBJECT_ID = re.compile(r"[0-9a-f]{32}(-[0-9]+)?", re.ASCII)
OBJECTS = "objects/"
STAGED = "staged/"
MARK = "mark"
"""The key of the store's mark, which stands apart from all objects."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`length` bytes at the beginning of the S3 object `key`; None where nobody has asked for its length."""

    key: str
    length: int | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bytes `start` to `stop` of the S3 object `key`."""

    key: str
    start: int
    stop: int | None


@dataclass(frozen=True, slots=True)
class Segments:
    """An object's segments, one behind the other."""

    parts: tuple[Segment, ...] = ()

    @classmethod
    def of(cls, state: str) -> Segments:
        """Those that a checkpoint names. Raises ValueError for text that is none."""
        return cls(tuple(Segment(str(key), int(length)) for key, length in json.loads(state)))

    def __str__(self) -> str:
        return json.dumps([[each.key, each.length] for each in self.parts], separators=(",", ":"))

    @property
    def length(self) -> int:
        """Bytes of all segments."""
        return sum(each.length or 0 for each in self.parts)

    def cut(self, length: int) -> Segments:
        """The first `length` bytes."""
        kept: list[Segment] = []
        for each in self.parts:
            if length <= 0:
                break
            kept.append(Segment(each.key, min(each.length or 0, length)))
            length -= each.length or 0
        return Segments(tuple(kept))

    def stretches(self, start: int, stop: int | None) -> Iterator[Stretch]:
        """Where the bytes `start` to `stop` are, in their order. A segment of unknown length is taken for endless."""
        begin = 0
        for each in self.parts:
            end = stop if each.length is None else begin + each.length
            last = end if stop is None else stop if end is None else min(stop, end)
            first = max(start, begin)
            if last is None or first < last:
                yield Stretch(each.key, first - begin, None if last is None else last - begin)
            begin += each.length or 0


def object_key(object_id: str) -> str:
    """The key of an object once it is committed. Raises ValueError for an id of another form."""
    if not OBJECT_ID.fullmatch(object_id):
        raise ValueError(f"not an object id: {object_id!r}")
    return f"{OBJECTS}{object_id[:2]}/{object_id}"


def staged_prefix(object_id: str) -> str:
    """What all keys begin with under which later segments of an object are."""
    return f"{STAGED}{object_id}."


def staged_key(object_id: str) -> str:
    """A key that was never used."""
    return staged_prefix(object_id) + secrets.token_hex(8)


def owner_of(key: str) -> str | None:
    """The id of the object that a key belongs to; None for a key that is none of ours."""
    name = key.rpartition("/")[2].partition(".")[0]
    return name if OBJECT_ID.fullmatch(name) else None
