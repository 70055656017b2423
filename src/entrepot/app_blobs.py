"""Which stores the settings name, opened and checked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.plain import PlainBlobStore
from entrepot.blobs.routed import Route, RoutedBlobStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.errors import StorageUnavailable
from entrepot.observing.metrics import Metrics
from entrepot.observing.store import observed_store
from entrepot.ports import BlobStore
from entrepot.services.upload_locks import UploadLocks
from entrepot.settings import Settings
from entrepot.settings_values import BucketUrl

if TYPE_CHECKING:
    from entrepot.blobs.s3 import S3Store

S3_THREADS = 32
"""More than for a folder: these threads mostly wait."""

Location = BucketUrl | Path


def prepare(settings: Settings) -> None:
    """Makes the folder, or tries the bucket. Raises StorageUnavailable with what is wrong with a store."""
    current = _current(settings)
    if isinstance(current, Path):
        current.mkdir(mode=0o700, parents=True, exist_ok=True)
    buckets = [place for place in _stores(settings).values() if isinstance(place, BucketUrl)]
    if not buckets:
        return
    from entrepot.blobs import s3_client  # noqa: PLC0415 - see _client

    client = _client(settings)
    for place in buckets:
        sealing = _sealing(settings) if place == current and settings.blob_delivery == "redirect" else {}
        s3_client.check(client, place.bucket, place.prefix, sealing, writes=place == current)
    client.close()


def require_unused(settings: Settings) -> None:
    """Raises StorageUnavailable where a store holds anything: for a database that is new and knows nothing of it.

    What no row names is an orphan, and swept. A mistake in the setting database is not to cost all layers.
    """
    for place in stores(settings):
        store = _bucket(settings, place, {}) if isinstance(place, BucketUrl) else FolderStore(place)
        with closing(store):
            if next(store.objects(), None):
                raise StorageUnavailable(
                    f"The database is new, but {place} holds layers. Check the setting database: layers are of no use "
                    "without the metadata that belongs to them, and would be removed. A new deployment needs a store "
                    "of its own."
                )


def open_blobs(settings: Settings, locks: UploadLocks, metrics: Metrics) -> BlobStore:
    """The blob stores of one process as one. In a bucket `locks` keep other nodes away from an upload."""
    routes: dict[Route, BlobStore] = {}
    for name, place in _stores(settings).items():
        if isinstance(place, BucketUrl):
            store = observed_store(_bucket(settings, place, {}), "s3", metrics)
            sealed = SealedBlobStore(store, threads=S3_THREADS, lock=locks.hold)
            plain = observed_store(_bucket(settings, place, _sealing(settings)), "s3", metrics)
            routes[name, "plain"] = PlainBlobStore(plain, threads=S3_THREADS, lock=locks.hold)
        else:
            sealed = SealedBlobStore(observed_store(FolderStore(place), "folder", metrics))
        routes[name, "sealed"] = routes[name, "dsse"] = sealed
    redirects = settings.blob_delivery == "redirect"
    current = (store_name(settings, _current(settings)), "plain" if redirects else "sealed")
    return RoutedBlobStore(routes, current, redirects=redirects)


def probe(settings: Settings, place: BucketUrl) -> tuple[list[str], float | None]:
    """What a bucket does other than S3 (see `blobs.s3_probe`), and its store's clock; tried as at a start first.

    Raises StorageUnavailable with what is wrong with it.
    """
    from entrepot.blobs import s3_client, s3_probe  # noqa: PLC0415 - see _client
    from entrepot.blobs.s3_bucket import Bucket  # noqa: PLC0415

    current = place == _current(settings)
    sealing = _sealing(settings) if current and settings.blob_delivery == "redirect" else {}
    client = _client(settings)
    try:
        s3_client.check(client, place.bucket, place.prefix, sealing, writes=current)
        bucket = Bucket(client, place.bucket, place.prefix, sealing)
        return s3_probe.probe(bucket) if current else [], s3_probe.clock(bucket)
    finally:
        client.close()


def bucket_forms(settings: Settings, place: BucketUrl) -> tuple[BlobStore, BlobStore]:
    """A bucket that is read from: as one of sealed blobs, and as one of plain ones."""
    sealed = SealedBlobStore(_bucket(settings, place, {}), threads=S3_THREADS)
    plain = PlainBlobStore(_bucket(settings, place, {}), threads=S3_THREADS)
    return sealed, plain


def store_name(settings: Settings, place: Location) -> str:
    """What rows call a store: its URL or path. The folder in the data folder has no name, so that it may be moved."""
    return "" if place == settings.data / "blobs" else str(place)


def stores(settings: Settings) -> list[Location]:
    """All stores that are read from."""
    return list(_stores(settings).values())


def _current(settings: Settings) -> Location:
    return settings.blobs or settings.data / "blobs"


def _stores(settings: Settings) -> Mapping[str, Location]:
    """All stores by their names. The data folder's is there where it is new, or holds something from before."""
    places = [_current(settings), *settings.blobs_also]
    own = settings.data / "blobs"
    if own not in places and own.is_dir():
        places.append(own)
    return {store_name(settings, place): place for place in places}


def _bucket(settings: Settings, place: BucketUrl, sealing: dict[str, str]) -> S3Store:
    from entrepot.blobs.s3 import S3Store  # noqa: PLC0415 - see _client
    from entrepot.blobs.s3_bucket import Bucket  # noqa: PLC0415

    return S3Store(Bucket(_client(settings), place.bucket, place.prefix, sealing))


def _sealing(settings: Settings) -> dict[str, str]:
    if settings.s3_encryption in {"AES256", "none"}:
        return {"ServerSideEncryption": "AES256"} if settings.s3_encryption == "AES256" else {}
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.s3_encryption}


def _client(settings: Settings) -> Any:  # noqa: ANN401 - as boto3 has it
    # boto3 takes long to import, and a folder has no use for it.
    from entrepot.blobs.s3_client import S3Options, connect  # noqa: PLC0415

    return connect(S3Options(settings.s3_endpoint_url, settings.s3_path_style, settings.s3_timeout))
