"""Reads objects of an S3 store: one request for all that is read in a row. Runs in worker threads."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from typing import Any, Self

from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.s3_client import BotoCoreError
from entrepot.blobs.s3_segments import Segments, Stretch
from entrepot.errors import StorageUnavailable

TRIES = 4
PAUSE = 0.2
"""Seconds before a broken stream is asked for again, at most; twice as many before each further time."""


class S3Reader:
    """Reads an object by its segments. What is read in a row, up to `stop`, comes in one stream.

    A stream that breaks is gone on with where it broke. Reading past `stop` works, with another request.
    """

    def __init__(self, bucket: Bucket, segments: Segments, stop: int = 0) -> None:
        self._bucket = bucket
        self._segments = segments
        self._stop = stop
        self._at = 0
        self._stretch: Stretch | None = None
        self._body: Any = None

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> int:
        """Fills `buffer` from `offset`; returns how many bytes there were.

        Raises FileNotFoundError where there is no such object, StorageUnavailable.
        """
        view = memoryview(buffer)
        if offset != self._at:
            self._drop()
            self._at = offset
        done = failures = 0
        while done < len(view):
            try:
                count = self._read(view[done:])
            except (BotoCoreError, OSError) as cause:
                if isinstance(cause, FileNotFoundError):
                    raise
                self._drop()
                failures += 1
                if failures == TRIES:
                    raise StorageUnavailable from cause
                time.sleep(random.uniform(0, PAUSE * 2**failures))  # noqa: S311 - no secret
                continue
            if not count:
                break
            done += count
            failures = 0
        return done

    def close(self) -> None:
        """Ends the stream; a second call does nothing."""
        self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _read(self, view: memoryview) -> int:
        """As many bytes as come at once; 0 at the end of the object, even one that lost its bytes."""
        opened = False
        while True:
            if self._body is None:
                if opened or not self._open(self._at + len(view)):
                    return 0
                opened = True
            body: Any = self._body
            count: int = body.readinto(view)
            if count:
                self._at += count
                return count
            self._drop()

    def _open(self, stop: int) -> bool:
        """Asks for the stretch that comes next; False where there is none."""
        self._stretch = next(self._segments.stretches(self._at, max(stop, self._stop)), None)
        if self._stretch:
            self._body = self._bucket.get(self._stretch)
        return self._body is not None

    def _drop(self) -> None:
        if self._body is not None:
            with suppress(BotoCoreError, OSError):
                self._body.close()
            self._body = None
