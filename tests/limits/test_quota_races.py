"""Thirty-two pushers for the last places, through three processes: all places are taken, and never one too many."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

from entrepot.context import App, RepositoryRef
from entrepot.errors import QuotaExceeded, StorageUnavailable
from entrepot.meta import tables as t
from entrepot.ports import Database
from entrepot.rules.mutability import TagMutability
from entrepot.services import repositories, uploads
from entrepot.services.quota_counts import counted_of
from tests.gc.world import REGISTRY, body
from tests.limits.lab import Lab
from tests.limits.test_quotas import LAYER, variants
from tests.support.images import digest_of, random_bytes

PUSHERS = 32
LEFT = 3
KIB = 1 << 10


def outcome(results: list[Any]) -> tuple[int, int]:
    """How many were let in and how many were refused; everything else is a failure."""
    refused = [each for each in results if isinstance(each, QuotaExceeded)]
    other = [each for each in results if isinstance(each, BaseException) and not isinstance(each, QuotaExceeded)]
    assert other == []
    return len(results) - len(refused), len(refused)


def at_once(here: Lab, make: Any) -> list[Any]:
    """What `make` gives for the number of each pusher and one of three processes, all at once.

    Where a database has so much to put in order that it comes to no end in time, they come again, as clients do.
    """

    async def insist(app: App, each: int) -> Any:
        for _ in range(5):
            with suppress(StorageUnavailable):
                return await make(app, each)
        return await make(app, each)

    async def run() -> list[Any]:
        async with here.others(2) as others:
            apps = [here.app, *others]
            calls: list[Coroutine[Any, Any, Any]] = [insist(apps[each % 3], each) for each in range(PUSHERS)]
            return await asyncio.gather(*calls, return_exceptions=True)

    return here.run(run())


def test_the_last_images_of_a_repository(here: Lab) -> None:
    images = variants(PUSHERS + 5)
    for image in images[PUSHERS:]:
        here.push("one", image)
    here.limit(images_per_repository=5 + LEFT)
    assert outcome(at_once(here, lambda app, each: here.put_by(app, "one", images[each]))) == (LEFT, PUSHERS - LEFT)
    assert here.count(t.images) == 5 + LEFT


def test_the_last_images_of_a_registry(here: Lab) -> None:
    images = variants(PUSHERS)
    for name in ("one", "two"):
        here.push(name, images[0])
    here.limit(images_per_registry=2 + LEFT)
    results = at_once(here, lambda app, each: here.put_by(app, "one" if each % 2 else "two", images[each]))
    assert here.count(t.images) == 2 + LEFT
    # Image 0, which is in `two` already, is taken there as ever.
    assert outcome(results) == (1 + LEFT, PUSHERS - LEFT - 1)


def test_the_last_repositories(here: Lab) -> None:
    here.limit(repositories=2 + LEFT)

    async def create(app: App, each: int) -> None:
        repo = RepositoryRef(REGISTRY, f"new-{each}")
        await repositories.create(app, here.ctx(), repo, TagMutability("MUTABLE"), [])

    assert outcome(at_once(here, create)) == (LEFT, PUSHERS - LEFT)
    assert here.count(t.repositories) == 2 + LEFT


def test_the_last_bytes_of_a_registry(here: Lab) -> None:
    """Whoever is refused may be so while others' bytes are under way: not all places need to be taken."""
    here.limit(registry_bytes=(10 * LEFT + 5) * KIB)

    async def upload(app: App, each: int) -> None:
        data = random_bytes(10 * KIB, each)
        repo = RepositoryRef(REGISTRY, "one" if each % 2 else "two")
        await uploads.put_whole(app, here.ctx(), repo, digest_of(data), body(data))

    outcome(at_once(here, upload))
    assert here.count(t.blobs) <= LEFT
    assert here.count(t.uploads) == 0
    for each in range(PUSHERS, PUSHERS + LEFT - here.count(t.blobs)):
        here.run(upload(here.app, each))
    assert here.count(t.blobs) == LEFT
    assert len(here.files()) == LEFT


def test_the_last_bytes_of_uploads_that_were_begun_before(here: Lab) -> None:
    """All bytes are there already, and the completion has the last word: exactly as many as fit."""
    repo, ctx = RepositoryRef(REGISTRY, "one"), here.ctx()
    layers = [random_bytes(10 * KIB, each) for each in range(PUSHERS)]
    begun: list[str] = []
    for data in layers:
        begun.append(upload_id := here.run(uploads.start(here.app, ctx, repo)))
        here.run(uploads.append(here.app, ctx, repo, upload_id, body(data)))
    here.limit(repository_bytes=(10 * LEFT + 5) * KIB)

    async def complete(app: App, each: int) -> None:
        await uploads.complete(app, ctx, repo, begun[each], [digest_of(layers[each])])

    assert outcome(at_once(here, complete)) == (LEFT, PUSHERS - LEFT)
    assert here.count(t.blobs) == len(here.files()) == LEFT
    assert here.count(t.uploads) == 0


class Asked:
    """A Database that notes which reads it is asked for."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.reads: list[Any] = []

    async def read(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self.reads.append(fn)
        return await self.db.read(fn, *args, **kwargs)

    async def write(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return await self.db.write(fn, *args, **kwargs)


def test_far_from_the_limit_a_push_asks_for_nothing(here: Lab) -> None:
    images = variants(12)
    here.push("one", images[0])
    here.limit(images_per_repository=100_000)
    here.put("one", images[1])
    db = Asked(here.app.db)
    here.app = replace(here.app, db=db)
    for image in images[2:]:
        here.put("one", image)
    assert db.reads == []
    here.app = replace(here.app, db=db.db)


def test_what_was_counted_long_ago_is_counted_again(here: Lab) -> None:
    """Others have added so much meanwhile that not one place is left."""
    images = variants(4)
    for data in images[0].blobs:
        here.upload("one", data)
    here.limit(images_per_repository=10_000)
    here.put("one", images[0])
    here.fill("one", 9_998)
    counted = counted_of(here.app, "images_per_repository", RepositoryRef(REGISTRY, "one"))
    assert counted.at is not None
    assert counted.used < 10
    counted.at -= 10  # as if ten seconds had gone by
    here.put("one", images[1])
    assert outcome(at_once(here, lambda app, each: here.put_by(app, "one", images[2 + each % 2]))) == (0, PUSHERS)
    assert here.count(t.images) == 10_000


def test_layers_are_whole_after_all_this(here: Lab) -> None:
    here.limit(images_per_repository=1)
    here.push("one", variants(1)[0])
    assert here.content("one", digest_of(LAYER)) == LAYER
