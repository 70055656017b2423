"""Byte ranges and entity tags of HTTP: RFC 9110, sections 13 and 14. OCI Distribution 1.1 for chunked uploads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.errors import InvalidParameter, RangeNotSatisfiable

# 19 digits reach beyond 2**63: a longer position belongs to no content.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"(?:bytes )?([0-9]{1,19})-([0-9]{1,19})(?:/(?:\*|([0-9]{1,19})))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `start` up to, but not with, `stop`; at least one."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """The Content-Range of an answer with these of `size` bytes."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """What a Range field asks for of `size` bytes; None where all of them are to be sent.

    Units other than bytes, malformed ranges and several at once are ignored, as section 14.2 allows. Raises
    RangeNotSatisfiable for a range that is well-formed but outside of the content or backwards: that section leaves
    open what becomes of the latter, and OCI's conformance suite wants it refused.
    """
    match = _RANGE.fullmatch(header.strip(" \t")) if header else None
    if match is None:
        return None
    first, last = match.groups()
    if not first:
        return _suffix(last, size)
    start, stop = int(first), int(last) + 1 if last else size
    if start >= min(stop, size):
        raise RangeNotSatisfiable(size)
    return ByteRange(start, min(stop, size))


def parse_content_range(header: str) -> tuple[int, int]:
    """First and last byte of a chunk: '0-99' as OCI has it, 'bytes 0-99/*' or 'bytes 0-99/100' as HTTP has it.

    Raises InvalidParameter.
    """
    match = _CONTENT_RANGE.fullmatch(header.strip(" \t"))
    if match is not None:
        first, last = int(match[1]), int(match[2])
        if first <= last and (match[3] is None or last < int(match[3])):
            return first, last
    raise InvalidParameter.at("Content-Range", "must have the form first-last, with first no greater than last")


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names `etag` (quotes and all), so that the answer is 304: section 13.1.2.

    The comparison is the weak one; the bare value without its quotes, which some clients send, counts too.
    """
    if if_none_match is None:
        return False
    named = {each.strip(" \t").removeprefix("W/") for each in if_none_match.split(",")}
    return not named.isdisjoint({"*", etag, etag.strip('"')})


def range_applies(if_range: str | None, etag: str) -> bool:
    """Whether a Range field counts under this If-Range: section 13.1.5.

    The comparison is the strong one. A date never matches: content that its digest names has no other version.
    """
    return if_range is None or if_range.strip(" \t") == etag


def _suffix(digits: str, size: int) -> ByteRange | None:
    if not digits:
        return None
    length = int(digits)
    if length == 0:
        raise RangeNotSatisfiable(size)
    # Satisfiable by definition even without content, but then there is no Content-Range to answer with.
    return ByteRange(max(0, size - length), size) if size else None
