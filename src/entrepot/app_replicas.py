"""Places that an operator names for good bytes, opened: copies of a store, and registries."""

from __future__ import annotations

from pathlib import Path

from entrepot import app_blobs
from entrepot.adapters.registry_replica import RegistryReplica
from entrepot.blobs.folder import DIGITS, FolderStore
from entrepot.blobs.routed import Route, RoutedBlobStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import BlobStore, Replica
from entrepot.services.store_replica import StoreReplica
from entrepot.settings import Settings, SettingsError
from entrepot.settings_values import STORE, BucketUrl

REGISTRY = ("http://", "https://")


def is_registry(place: str) -> bool:
    """Whether a place is a registry's URL."""
    return place.lower().startswith(REGISTRY)


def open_replica(settings: Settings, place: str, username: str = "", password: str = "") -> Replica:
    """A place as a replica; credentials are for a registry. Raises SettingsError for a place that is none."""
    if is_registry(place):
        try:
            return RegistryReplica(place, username, password)
        except ValueError as error:
            raise SettingsError(f"--repair-from: this URL is of no use: {error}") from error
    try:
        store = STORE.parse(place)
    except ValueError:
        store = None
    if isinstance(store, BucketUrl):
        return _bucket(settings, store)
    if isinstance(store, Path):
        return _folder(store)
    raise SettingsError(f"--repair-from: '{place}' is not {STORE.says}, or a registry's URL")


def _folder(place: Path) -> Replica:
    """A folder as the store in use makes them, or what has one in it: a data folder, or a folder of backups."""
    for folder in (place, place / "blobs", place / "objects"):
        if any((folder / digit).is_dir() for digit in DIGITS):
            return StoreReplica(str(place), SealedBlobStore(FolderStore(folder, writes=False)))
    raise SettingsError(f"--repair-from: {place} is no folder with layers in it")


def _bucket(settings: Settings, place: BucketUrl) -> Replica:
    sealed, plain = app_blobs.bucket_forms(settings, place)
    routes: dict[Route, BlobStore] = {("", "sealed"): sealed, ("", "dsse"): sealed, ("", "plain"): plain}
    return StoreReplica(str(place), RoutedBlobStore(routes, ("", "sealed")))
