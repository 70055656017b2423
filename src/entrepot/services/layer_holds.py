"""Layers of a repository, told to somebody who may rely on it: a client that skips an upload because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from entrepot.context import App, RepositoryRef
from entrepot.meta import blobs, gc_reviews
from entrepot.meta.blobs import BlobRow
from entrepot.meta.times import to_micros
from entrepot.rules.garbage import needs_postponing
from entrepot.services.repositories import require
from entrepot.services.reviews import review_due

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Layers by digest, the media types that images give them, and when those under review are due."""

    repository_id: int
    rows: Mapping[str, BlobRow]
    media_types: Mapping[str, str]
    reviews: Mapping[str, int]


async def held_for_push(app: App, repo: RepositoryRef, digests: Sequence[str]) -> Held:
    """Those of `digests` that the repository holds. Where one is soon due for review, all reviews are put off."""
    held = await app.db.read(_held, repo, digests)
    now, delay = to_micros(app.clock()), app.gc_delay // _MICROSECOND
    if any(needs_postponing(due, now, delay) for due in held.reviews.values()):
        # Looked up again in the same transaction: what was there a moment ago may have been collected since.
        return await app.db.write(_postponed, repo, digests, review_due(app))
    return held


def _held(connection: Connection, repo: RepositoryRef, digests: Sequence[str]) -> Held:
    repository = require(connection, repo)
    rows = blobs.held_blobs(connection, repository.id, digests)
    types = blobs.layer_media_types(connection, repository.id, list(rows))
    reviews = gc_reviews.reviews_of_layers(connection, repository.id, list(rows))
    return Held(repository.id, rows, types, reviews)


def _postponed(connection: Connection, repo: RepositoryRef, digests: Sequence[str], due: int) -> Held:
    held = _held(connection, repo, digests)
    gc_reviews.postpone_layers(connection, held.repository_id, list(held.rows), due)
    return held
