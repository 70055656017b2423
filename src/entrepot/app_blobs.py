"""Which store the settings name, opened and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from entrepot.blobs import s3_client
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.s3 import S3Store
from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.s3_client import S3Options
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import BlobStore, ObjectStore
from entrepot.services.upload_locks import UploadLocks
from entrepot.settings import Settings
from entrepot.settings_values import BucketUrl

S3_THREADS = 32
"""More than for a folder: these threads mostly wait."""

Location = BucketUrl | Path


def location(settings: Settings) -> Location:
    """Where new blobs are kept."""
    return settings.blobs or settings.data / "blobs"


def prepare(settings: Settings) -> None:
    """Makes the folder, or asks the bucket for a name. Raises StorageUnavailable with what is wrong with the store."""
    place = location(settings)
    if isinstance(place, BucketUrl):
        client = _client(settings)
        s3_client.check(client, place.bucket, place.prefix)
        client.close()
    else:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_blobs(settings: Settings, locks: UploadLocks) -> BlobStore:
    """The blob store of one process. In a bucket `locks` keep other nodes away from an upload, in a folder its files."""
    place = location(settings)
    store = _open(settings, place)
    if isinstance(place, BucketUrl):
        return SealedBlobStore(store, threads=S3_THREADS, lock=locks.hold)
    return SealedBlobStore(store)


def _open(settings: Settings, place: Location) -> ObjectStore:
    if isinstance(place, BucketUrl):
        return S3Store(Bucket(_client(settings), place.bucket, place.prefix))
    return FolderStore(place)


def _client(settings: Settings) -> Any:  # noqa: ANN401 - as boto3 has it
    return s3_client.connect(S3Options(settings.s3_endpoint_url, settings.s3_path_style, settings.s3_timeout))
