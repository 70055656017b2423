"""Tries out what we need of a store that speaks S3, on objects of its own that are gone afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.s3_client import s3_errors
from entrepot.blobs.s3_segments import Stretch

CONDITIONS, PARTS, CONTENT = "conditions", "parts", "content"


def probe(bucket: Bucket) -> list[str]:
    """What the store does other than S3: CONDITIONS, PARTS, CONTENT. Raises StorageUnavailable where it refuses."""
    key = f"probe-{secrets.token_hex(8)}"
    try:
        return list(_oddities(bucket, key))
    finally:
        bucket.delete([key, f"{key}-parts"])


def clock(bucket: Bucket) -> float | None:
    """The store's clock by its Date header, in seconds since the epoch, exact to one; None where it sends none."""
    with s3_errors():
        answer = bucket.client.list_objects_v2(Bucket=bucket.name, Prefix=f"{bucket.prefix}probe-", MaxKeys=1)
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date).timestamp() if date else None


def _oddities(bucket: Bucket, key: str) -> Iterator[str]:
    content = os.urandom(64)
    bucket.put(key, content, new=True)
    try:
        bucket.put(key, content, new=True)
    except FileExistsError:
        pass
    else:
        yield CONDITIONS
    if _read(bucket, key) != content:
        yield CONTENT
    upload = bucket.begin(f"{key}-parts")
    bucket.finish(upload, [bucket.put_part(upload, 1, content)])
    if _read(bucket, upload.key) != content:
        yield PARTS


def _read(bucket: Bucket, key: str) -> bytes:
    try:
        stream = bucket.get(Stretch(key, 0, None))
    except FileNotFoundError:
        return b""
    with s3_errors():
        return b"" if stream is None else stream.read()
