"""Objects in a bucket of a store that speaks S3. How they lie there is told in `s3_segments`."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from entrepot.blobs.s3_bucket import Bucket, Multipart
from entrepot.blobs.s3_client import s3_errors
from entrepot.blobs.s3_reading import S3Reader
from entrepot.blobs.s3_segments import (
    MARK,
    OBJECTS,
    STAGED,
    Segment,
    Segments,
    Stretch,
    object_key,
    owner_of,
    staged_prefix,
)
from entrepot.blobs.s3_writing import Means, S3Writer

PART = 12 << 20
"""Bytes of a part: what 52,000 MiB need 4,334 of 10,000 of, and what the 10 MiB of ECR's own parts fit into."""

SENDERS = 16
"""Parts that one process sends at the same time."""


class S3Store:
    """An ObjectStore in a bucket. Ids are those of `FolderStore`; any number of processes on any machines may use it.

    Writers do not disturb each other: whoever holds a checkpoint reads and goes on with what it names.
    """

    cuts = True

    def __init__(self, bucket: Bucket, part: int = PART) -> None:
        self.bucket = bucket
        self._means = Means(bucket, ThreadPoolExecutor(SENDERS, thread_name_prefix="s3-parts"), part)

    def create(self, object_id: str) -> S3Writer:
        """Begins a new object. One that was committed under the id is replaced by a further commit only."""
        object_key(object_id)
        return S3Writer(self._means, object_id, Segments(), new=True)

    def resume(self, object_id: str, state: str, length: int | None = None) -> S3Writer:
        """Goes on behind the first `length` bytes of a checkpoint, or behind all of it. Asks the store nothing yet."""
        object_key(object_id)
        segments = Segments.of(state)
        return S3Writer(self._means, object_id, segments if length is None else segments.cut(length))

    def open(self, object_id: str, state: str = "", stop: int = 0) -> S3Reader:
        """Opens for reading: what a checkpoint names, or without one what was committed, if it is there."""
        key = object_key(object_id)
        return S3Reader(self.bucket, Segments.of(state) if state else Segments((Segment(key, None),)), stop)

    @contextmanager
    def lock(self, object_id: str) -> Generator[None]:
        """Keeps nobody out: it takes another means to have one writer at a time on all machines."""
        object_key(object_id)
        yield

    def delete(self, object_id: str) -> None:
        """Removes an object with all its segments and unfinished parts."""
        key, prefix = object_key(object_id), staged_prefix(object_id)
        self.bucket.delete([key, *(name for name, _ in self.bucket.list(prefix))])
        for begun in (key, prefix):
            for upload, _ in self.bucket.unfinished(begun):
                self.bucket.abort(upload)

    def delete_many(self, object_ids: Sequence[str]) -> None:
        """Removes committed objects, a thousand a request."""
        self.bucket.delete([object_key(object_id) for object_id in object_ids])

    def objects(self) -> Iterator[tuple[str, float]]:
        """Every object id, once for each thing that is stored of it."""
        for prefix in (OBJECTS, STAGED):
            for key, written in self.bucket.list(prefix):
                if owner := owner_of(key):
                    yield owner, written
        for prefix in (OBJECTS, STAGED):
            for upload, begun in self.bucket.unfinished(prefix):
                if owner := owner_of(upload.key):
                    yield owner, self.bucket.newest_part(upload) or begun

    def whole(self) -> Iterator[str]:
        """Every object at its own key: neither segments nor what of a multipart upload is there."""
        return (owner for key, _ in self.bucket.list(OBJECTS) if (owner := owner_of(key)))

    def size(self, object_id: str) -> int:
        """The length of what is at its own key."""
        return self.bucket.size(object_key(object_id)) or 0

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every object at its own key, with its length."""
        return ((owner, size) for key, size in self.bucket.sizes(OBJECTS) if (owner := owner_of(key)))

    def mark(self) -> str:
        """The object `mark`; empty where there is none."""
        try:
            stream = self.bucket.get(Stretch(MARK, 0, None))
        except FileNotFoundError:
            return ""
        with s3_errors():
            return "" if stream is None else stream.read().decode(errors="replace")

    def set_mark(self, text: str) -> None:
        """Replaces the object."""
        self.bucket.put(MARK, text.encode())

    def leftovers(self, before: float) -> Iterator[tuple[str, str]]:
        """Segments and unfinished multipart uploads that were last written before a time, with their objects' ids."""
        for key, written in self.bucket.list(STAGED):
            if written < before and (owner := owner_of(key)):
                yield owner, key
        for prefix in (OBJECTS, STAGED):
            for upload, begun in self.bucket.unfinished(prefix):
                owner = owner_of(upload.key)
                if owner and begun < before and (self.bucket.newest_part(upload) or begun) < before:
                    yield owner, f"{upload.key} {upload.upload_id}"

    def drop(self, leftover: str) -> None:
        """Removes what `leftovers` named."""
        key, _, upload_id = leftover.partition(" ")
        if upload_id:
            self.bucket.abort(Multipart(key, upload_id))
        else:
            self.bucket.delete([key])

    def close(self) -> None:
        """Waits for parts that are being sent, and ends the threads."""
        self._means.senders.shutdown()
        self.bucket.client.close()
