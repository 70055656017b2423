"""What the garbage collection has freed, by repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from entrepot.meta.dialect import upsert
from entrepot.meta.tables import reclaimed as t

Owner = tuple[str, str, str]
"""Account, region and name of a repository, which may be gone; all empty where nobody knows whose it was."""


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What was freed of a repository since the first collection; bytes are those of layers.

    `layers` it let go: other repositories may hold them still. `objects` were deleted from the store, with the
    repository as their last holder.
    """

    account: str
    region: str
    repository: str
    layers: int
    layer_bytes: int
    objects: int
    object_bytes: int
    updated_at: int


def count_layers(connection: Connection, sizes: Iterable[tuple[Owner, int]], now: int) -> None:
    """Adds layers that were let go, each with its owner and size."""
    _add(connection, sizes, now, "layers", "layer_bytes")


def count_objects(connection: Connection, sizes: Iterable[tuple[Owner, int]], now: int) -> None:
    """Adds objects that are gone from the store."""
    _add(connection, sizes, now, "objects", "object_bytes")


def _add(connection: Connection, sizes: Iterable[tuple[Owner, int]], now: int, number: str, size: str) -> None:
    counts, sums = Counter[Owner](), Counter[Owner]()
    for owner, length in sizes:
        counts[owner] += 1
        sums[owner] += length
    nothing = {"layers": 0, "layer_bytes": 0, "objects": 0, "object_bytes": 0}
    rows = [
        {"account_id": owner[0], "region": owner[1], "repository": owner[2], "updated_at": now}
        | nothing
        | {number: counts[owner], size: sums[owner]}
        for owner in sorted(counts)
    ]
    upsert(connection, t, rows, replace=["updated_at"], add=[number, size])


def all_reclaimed(connection: Connection) -> list[Reclaimed]:
    """Every repository that something was freed of, by account, region and name."""
    query = select(t).order_by(t.c.account_id, t.c.region, t.c.repository)
    return [Reclaimed(*row) for row in connection.execute(query)]
