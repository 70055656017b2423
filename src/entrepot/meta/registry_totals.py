"""How much each registry holds. Reads all of some tables: for every few minutes, not for a request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from entrepot.meta.tables import blobs, data_keys, images, repositories

_SCOPE = "registry/"
"""How the scopes of keys that seal layers begin: the account and the region follow."""

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RegistryTotals:
    """A registry. `stored_bytes` counts each layer once under each key that seals it, as it is stored."""

    account: str
    region: str
    repositories: int
    images: int
    blobs: int
    stored_bytes: int


def registry_totals(connection: Connection) -> list[RegistryTotals]:
    """All registries that hold anything, by account and region."""
    places: dict[int, Place] = {}
    repository_counts, image_counts = Counter[Place](), Counter[Place]()
    for row in connection.execute(select(repositories.c.id, repositories.c.account_id, repositories.c.region)):
        places[row.id] = (row.account_id, row.region)
        repository_counts[places[row.id]] += 1
    for repository_id, count in connection.execute(
        select(images.c.repository_id, func.count()).group_by(images.c.repository_id)
    ):
        image_counts[places[repository_id]] += count
    blob_counts, sizes = _blobs(connection)
    return [
        RegistryTotals(*place, repository_counts[place], image_counts[place], blob_counts[place], sizes[place])
        for place in sorted({*repository_counts, *blob_counts})
    ]


def _blobs(connection: Connection) -> tuple[Counter[Place], Counter[Place]]:
    counts, sizes = Counter[Place](), Counter[Place]()
    # By the key, of which there are few, before its scope: so each blob's row is looked at once and nothing is joined.
    by_key = select(blobs.c.data_key_id, func.count(), func.sum(blobs.c.size)).group_by(blobs.c.data_key_id)
    found = connection.execute(by_key).all()
    scopes = dict(connection.execute(select(data_keys.c.id, data_keys.c.scope)).all())
    for key_id, count, size in found:
        account, _, rest = scopes[key_id].removeprefix(_SCOPE).partition("/")
        place = (account, rest.partition("/")[0])
        counts[place] += count
        sizes[place] += int(size)
    return counts, sizes
