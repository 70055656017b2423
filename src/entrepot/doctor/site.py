"""The deployment that is looked at, as far as it can be opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from entrepot import app as composition
from entrepot import app_blobs
from entrepot.app import Paths
from entrepot.blobs.folder import DIGITS
from entrepot.context import App
from entrepot.errors import StorageUnavailable
from entrepot.ports import Database
from entrepot.settings import Settings


@dataclass(slots=True)
class Site:
    """`db` and `app` are there once they could be opened, and asked for by those checks only that need them.

    Each is tried once: what cannot be opened may take its time to say so. `store_clock` is what the first store that
    was asked has for a clock, less this machine's, in seconds.
    """

    settings: Settings
    clock: Callable[[], datetime] = composition.utc_now
    db: Database | None = None
    app: App | None = None
    store_clock: float | None = field(default=None)
    _tried: set[str] = field(default_factory=set[str])

    def tries(self, part: str) -> bool:
        """Whether this is the first time that a part is to be opened."""
        first = part not in self._tried
        self._tried.add(part)
        return first

    @property
    def paths(self) -> Paths:
        """Where its files are."""
        return Paths(self.settings.data)

    @property
    def database(self) -> Database:
        """The database, for a check that is made with one only."""
        if self.db is None:
            raise StorageUnavailable
        return self.db

    @property
    def opened(self) -> App:
        """The App, likewise."""
        if self.app is None:
            raise StorageUnavailable
        return self.app

    @property
    def folders(self) -> list[Path]:
        """The stores that are folders."""
        return [place for place in app_blobs.stores(self.settings) if isinstance(place, Path)]


def is_store(folder: Path) -> bool:
    """Whether a folder has objects' folders in it, as a store is given when it is first opened."""
    return any((folder / digit).is_dir() for digit in DIGITS)
