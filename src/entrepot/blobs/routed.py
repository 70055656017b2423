"""All the stores of a deployment as one: every blob is where its row says, new ones go where the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from structlog.typing import FilteringBoundLogger

from entrepot.errors import StorageUnavailable
from entrepot.ports import Algorithm, BlobStore, Format, ObjectPlace, StagedBlob, StoredBlob

log: FilteringBoundLogger = structlog.get_logger()

Route = tuple[str, Format]


class RoutedBlobStore:
    """A BlobStore over others, each for one store and some formats; `current` is where new blobs go.

    Clients are given URLs of the store where it `redirects`; otherwise its bytes go through us, whatever their format.
    """

    def __init__(self, routes: Mapping[Route, BlobStore], current: Route, *, redirects: bool = False) -> None:
        self._routes = dict(routes)
        self._current = current
        self._redirects = redirects
        self._by_store = {store: blobs for (store, _), blobs in self._routes.items()}

    def exclusive(self, object_id: str) -> AbstractAsyncContextManager[None]:
        """By the means of the store that new blobs go to, which all nodes share."""
        return self._routes[self._current].exclusive(object_id)

    def begin(self, object_id: str, secret: bytes, form: Format | None = None) -> StagedBlob:
        """An empty staging in the store that new blobs go to."""
        store, usual = self._current
        return StagedBlob(object_id, secret, store=store, format=form or usual)

    async def append(self, staged: StagedBlob, body: AsyncIterator[bytes], limit: int) -> StagedBlob:
        """Where the upload was begun."""
        return await self._route(staged).append(staged, body, limit)

    async def digest(self, staged: StagedBlob, algorithm: Algorithm) -> str:
        """Where the upload was begun."""
        return await self._route(staged).digest(staged, algorithm)

    async def commit(self, staged: StagedBlob) -> StoredBlob:
        """Where the upload was begun."""
        return await self._route(staged).commit(staged)

    async def discard(self, object_id: str, store: str | None = None) -> None:
        """From one store, or from all."""
        for name in self._by_store if store is None else [store]:
            await self._store(name).discard(object_id)

    async def discard_many(self, places: Sequence[ObjectPlace]) -> None:
        """From the stores that they are in."""
        for name in {place.store for place in places}:
            await self._store(name).discard_many([place for place in places if place.store == name])

    def read(self, blob: StoredBlob, start: int, stop: int) -> AsyncIterator[bytes]:
        """From the store that the blob is in. Raises StorageUnavailable where the settings do not name it."""
        return self._route(blob).read(blob, start, stop)

    async def check(self, blob: StoredBlob, digest: str, told: Callable[[int], Awaitable[None]]) -> None:
        """In the store that the blob is in. Raises StorageUnavailable where the settings do not name it."""
        await self._route(blob).check(blob, digest, told)

    async def url(self, blob: StoredBlob, seconds: int) -> str | None:
        """The store's own URL for it, where there is one and clients are to be sent there."""
        return await self._route(blob).url(blob, seconds) if self._redirects else None

    async def orphans(self, older_than: float) -> list[str]:
        """Those of all stores."""
        return sorted({each for blobs in self._by_store.values() for each in await blobs.orphans(older_than)})

    async def total_size(self, object_ids: Sequence[str]) -> int:
        """In all stores."""
        return sum([await blobs.total_size(object_ids) for blobs in self._by_store.values()])

    async def present(self) -> set[ObjectPlace]:
        """Those of all stores."""
        return {each._replace(store=name) for name, blobs in self._by_store.items() for each in await blobs.present()}

    async def sizes(self) -> dict[ObjectPlace, int]:
        """Those of all stores."""
        found: dict[ObjectPlace, int] = {}
        for name, blobs in self._by_store.items():
            found |= {each._replace(store=name): size for each, size in (await blobs.sizes()).items()}
        return found

    async def mark(self) -> str:
        """That of the store that new blobs go to."""
        return await self._routes[self._current].mark()

    async def set_mark(self, text: str) -> None:
        """On the store that new blobs go to."""
        await self._routes[self._current].set_mark(text)

    async def leftovers(self, older_than: float) -> list[tuple[str, str]]:
        """Those of all stores, each with its store's name in front."""
        return [
            (object_id, f"{name}\n{leftover}")
            for name, blobs in self._by_store.items()
            for object_id, leftover in await blobs.leftovers(older_than)
        ]

    async def drop(self, leftovers: Sequence[str]) -> None:
        """Each from its store."""
        for each in leftovers:
            name, _, leftover = each.partition("\n")
            await self._store(name).drop([leftover])

    async def close(self) -> None:
        """Closes all."""
        for blobs in dict.fromkeys(self._routes.values()):
            await blobs.close()

    def _route(self, blob: StagedBlob | StoredBlob) -> BlobStore:
        route = self._routes.get((blob.store, blob.format))
        return route or self._missing(blob.store)

    def _store(self, name: str) -> BlobStore:
        return self._by_store.get(name) or self._missing(name)

    def _missing(self, name: str) -> BlobStore:
        log.error("blobs are in a store that the settings do not name (blobs_also)", store=name or "the data folder")
        raise StorageUnavailable
