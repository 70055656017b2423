"""The object stores that keep the contract. Each entry opens one on a folder; opened again, it is another process's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from entrepot.blobs.folder import FolderStore
from entrepot.ports import ObjectStore

OpenStore = Callable[[Path], ObjectStore]

STORES: dict[str, OpenStore] = {"folder": FolderStore}
