"""Makes one S3 object of an object's segments, without moving bytes through this process. Runs in worker threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.s3_segments import Segments, Stretch, object_key, staged_prefix
from entrepot.errors import StorageUnavailable

COPIED_AT_ONCE = 5 << 30  # CopyObject takes no more
COPIERS = 8


def compose(bucket: Bucket, object_id: str, segments: Segments, part: int) -> None:
    """Leaves one S3 object with the bytes of all segments at the object's own key, and no segment beside it.

    Raises FileNotFoundError where a segment is gone, as it is once this was done.
    """
    key = object_key(object_id)
    keys = [each.key for each in segments.parts]
    if keys == [key]:
        return
    if not keys:
        bucket.put(key, b"")
        return
    at_once = len(keys) == 1 and segments.length <= COPIED_AT_ONCE
    if not (at_once and bucket.copy(keys[0], key)):
        _join(bucket, key, segments, part)
    # What cannot be removed now is swept.
    with suppress(StorageUnavailable):
        bucket.delete([name for name, _ in bucket.list(staged_prefix(object_id))])


def _join(bucket: Bucket, key: str, segments: Segments, part: int) -> None:
    """Copies part by part, since some stores want all parts but the last of one length."""
    sources = [
        stretch
        for start in range(0, segments.length, part)
        for stretch in segments.stretches(start, min(start + part, segments.length))
    ]
    upload = bucket.begin(key)

    def copy(number: int, source: Stretch) -> str:
        return bucket.copy_part(upload, number, source)

    try:
        with ThreadPoolExecutor(min(COPIERS, len(sources)), thread_name_prefix="s3-copy") as copiers:
            tags = list(copiers.map(copy, range(1, len(sources) + 1), sources))
        bucket.finish(upload, tags)
    except BaseException:
        with suppress(StorageUnavailable):
            bucket.abort(upload)
        raise
