"""Lists of layers, looked up so that every engine uses its index: SQLite scans the table for a list of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

Layer = tuple[int, str]
"""A repository's id and a digest."""

_REPOSITORIES = 100
_LAYERS = 2_000


def layers_in(t: Table, layers: Sequence[Layer]) -> Iterator[ColumnElement[bool]]:
    """Conditions which together are met by the rows of `layers`, none of them by a row of another."""
    by_repository: dict[int, list[str]] = {}
    for repository_id, digest in layers:
        by_repository.setdefault(repository_id, []).append(digest)
    found = [
        and_(t.c.repository_id == repository_id, t.c.digest.in_(digests[start : start + _LAYERS]))
        for repository_id, digests in by_repository.items()
        for start in range(0, len(digests), _LAYERS)
    ]
    return (or_(*found[start : start + _REPOSITORIES]) for start in range(0, len(found), _REPOSITORIES))


def among(connection: Connection, t: Table, layers: Sequence[Layer]) -> set[Layer]:
    """Those of `layers` that have a row in the table."""
    found: set[Layer] = set()
    for condition in layers_in(t, layers):
        query = select(t.c.repository_id, t.c.digest).where(condition)
        found |= {(row.repository_id, row.digest) for row in connection.execute(query)}
    return found
