"""Writes objects of an S3 store. Runs in worker threads."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass

from entrepot.blobs.s3_bucket import Bucket, Multipart
from entrepot.blobs.s3_composing import compose
from entrepot.blobs.s3_reading import S3Reader
from entrepot.blobs.s3_segments import Segment, Segments, object_key, staged_key
from entrepot.errors import ContentDamaged, StorageUnavailable


@dataclass(frozen=True, slots=True)
class Means:
    """What writers share: the bucket, threads that send parts, and the length of a part in bytes."""

    bucket: Bucket
    senders: Executor
    part: int


class NewSegment:
    """One new S3 object: a single PUT where its bytes fit into a part, a multipart upload where they do not.

    Holds two parts in memory at most, one that is sent while the next is filled. The first segment of an object goes
    where the object will be, unless something is there: what an upload left that nobody acknowledged.
    """

    def __init__(self, means: Means, object_id: str, *, first: bool) -> None:
        self._means = means
        self._object_id = object_id
        self._first = first
        self._buffer = bytearray()
        self._length = 0
        self._upload: Multipart | None = None
        self._sending: Future[str] | None = None
        self._tags: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends `data`."""
        view = memoryview(data)
        self._length += len(view)
        while view:
            if len(self._buffer) == self._means.part:
                self._send()
            room = self._means.part - len(self._buffer)
            self._buffer += view[:room]
            view = view[room:]

    def finish(self) -> Segment:
        """Makes what was written one object, durable once this returns. Raises StorageUnavailable."""
        if self._upload is None:
            return Segment(self._put_whole(), self._length)
        self._send()
        self._await_sent()
        try:
            self._means.bucket.finish(self._upload, self._tags, new=self._first)
        except (FileExistsError, FileNotFoundError) as cause:
            raise StorageUnavailable from cause
        upload, self._upload = self._upload, None
        return Segment(upload.key, self._length)

    def abort(self) -> None:
        """Gives up what was written. What cannot be given up now is swept."""
        with suppress(StorageUnavailable):
            if self._sending:
                self._sending.exception()
            if self._upload:
                self._means.bucket.abort(self._upload)

    def _put_whole(self) -> str:
        bucket, key = self._means.bucket, object_key(self._object_id)
        if self._first:
            with suppress(FileExistsError):
                bucket.put(key, self._buffer, new=True)
                return key
        key = staged_key(self._object_id)
        bucket.put(key, self._buffer)
        return key

    def _begin(self) -> Multipart:
        bucket, key = self._means.bucket, object_key(self._object_id)
        self._first = self._first and bucket.size(key) is None
        return bucket.begin(key if self._first else staged_key(self._object_id))

    def _send(self) -> None:
        upload = self._upload = self._upload or self._begin()
        self._await_sent()
        number = len(self._tags) + 1
        self._sending = self._means.senders.submit(self._means.bucket.put_part, upload, number, self._buffer)
        self._buffer = bytearray()

    def _await_sent(self) -> None:
        if self._sending:
            try:
                self._tags.append(self._sending.result())
            except FileNotFoundError as cause:
                raise StorageUnavailable from cause
            self._sending = None


class S3Writer:
    """Appends to one object behind some segments; to one that has none yet where it is `new`.

    Nothing is asked of the store before there is something to write.
    """

    def __init__(self, means: Means, object_id: str, segments: Segments, *, new: bool = False) -> None:
        self._means = means
        self._object_id = object_id
        self._segments = segments
        self._base = segments
        self._first = new
        self._new: NewSegment | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends `data`."""
        if len(data):
            self._new = self._new or self._go_on()
            self._new.write(data)

    def checkpoint(self) -> str:
        """Stores what was written as a new segment, and names all there are."""
        if self._new:
            self._segments = Segments((*self._base.parts, self._new.finish()))
            self._new, self._first = None, False
        return str(self._segments)

    def commit(self) -> None:
        """Brings the segments together where the object belongs: no request at all where that is the case."""
        self.checkpoint()
        compose(self._means.bucket, self._object_id, self._segments, self._means.part)

    def close(self) -> None:
        """Gives up what was written since the last checkpoint; a second call does nothing."""
        if self._new:
            self._new.abort()
            self._new = None

    def _go_on(self) -> NewSegment:
        """A new segment that begins with what lies behind the last whole part."""
        whole = self._segments.length // self._means.part * self._means.part
        rest = bytearray(self._segments.length - whole)
        if rest:
            with S3Reader(self._means.bucket, self._segments) as reader:
                if reader.read_into(whole, rest) < len(rest):
                    raise ContentDamaged
        self._base = self._segments.cut(whole)
        segment = NewSegment(self._means, self._object_id, first=self._first)
        segment.write(rest)
        return segment
