"""Blobs: each stored once under the key that seals it, and held by any number of repositories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from entrepot.context import Registry
from entrepot.meta.compiled import Compiled
from entrepot.meta.dialect import in_batches, insert_or_ignore
from entrepot.meta.repositories import Encryption
from entrepot.meta.tables import blobs, image_blobs, object_deletions, repositories, repository_blobs, uploads
from entrepot.ports import Format, StoredBlob


@dataclass(frozen=True, slots=True)
class BlobRow:
    """`size` plain bytes with `digest`, in the object `object_id` of the store named `store`, sealed or plain."""

    id: int
    data_key_id: int
    digest: str
    size: int
    object_id: str
    store: str = ""
    format: Format = "sealed"


_COLUMNS = tuple(blobs.c[name] for name in BlobRow.__slots__)
_HELD = select(*_COLUMNS).join(repository_blobs, repository_blobs.c.blob_id == blobs.c.id)
_FIND = Compiled(
    _HELD.where(
        repository_blobs.c.repository_id == bindparam("repository_id"), repository_blobs.c.digest == bindparam("digest")
    )
)


def find_blob(connection: Connection, repository_id: int, digest: str) -> BlobRow | None:
    """The blob of that digest, if the repository holds it."""
    row = _FIND.first(connection, {"repository_id": repository_id, "digest": digest})
    return BlobRow(*row) if row else None


def held_blobs(connection: Connection, repository_id: int, digests: Sequence[str]) -> dict[str, BlobRow]:
    """Those of `digests` that the repository holds."""
    held: dict[str, BlobRow] = {}
    for batch in in_batches(digests):
        query = _HELD.where(repository_blobs.c.repository_id == repository_id, repository_blobs.c.digest.in_(batch))
        held |= {row.digest: BlobRow(*row) for row in connection.execute(query)}
    return held


def adopt_blob(connection: Connection, data_key_id: int, digest: str, blob: StoredBlob, now: int) -> BlobRow:
    """The row of a digest under a key: a new one for `blob`, or the one that was there before."""
    values = {
        "data_key_id": data_key_id,
        "digest": digest,
        "size": blob.size,
        "object_id": blob.object_id,
        "store": blob.store,
        "format": blob.format,
        "created_at": now,
    }
    insert_or_ignore(connection, blobs, values)
    query = select(*_COLUMNS).where(blobs.c.data_key_id == data_key_id, blobs.c.digest == digest)
    return BlobRow(*connection.execute(query).one())


def hold_blob(connection: Connection, repository_id: int, blob: BlobRow, now: int) -> bool:
    """Makes a blob the repository's too; says whether that is new."""
    row = {"repository_id": repository_id, "digest": blob.digest, "blob_id": blob.id, "created_at": now}
    return insert_or_ignore(connection, repository_blobs, row)


def is_held_elsewhere(connection: Connection, repository_id: int, blob_id: int) -> bool:
    """Whether another repository holds the blob, too."""
    t = repository_blobs
    query = select(t.c.blob_id).where(t.c.blob_id == blob_id, t.c.repository_id != repository_id).limit(1)
    return connection.execute(query).first() is not None


def release_blob(connection: Connection, repository_id: int, digest: str) -> bool:
    """Ends a repository's hold on a blob; says whether it had one."""
    t = repository_blobs
    return connection.execute(t.delete().where(t.c.repository_id == repository_id, t.c.digest == digest)).rowcount == 1


def repositories_holding(
    connection: Connection, registry: Registry, encryption: Encryption, digest: str, count: int
) -> list[str]:
    """Names of repositories of the registry that hold a digest and have that encryption, by name."""
    query = (
        select(repositories.c.name)
        .join(repository_blobs, repository_blobs.c.repository_id == repositories.c.id)
        .where(
            repositories.c.account_id == registry.account,
            repositories.c.region == registry.region,
            repositories.c.encryption_type == encryption.type,
            repositories.c.kms_key_id == encryption.kms_key_id,
            repository_blobs.c.digest == digest,
        )
        .order_by(repositories.c.name)
        .limit(count)
    )
    return list(connection.execute(query).scalars())


def layer_media_types(connection: Connection, repository_id: int, digests: Sequence[str]) -> dict[str, str]:
    """The media type that the repository's images give each of `digests`; one that no image names is absent."""
    t = image_blobs
    query = select(t.c.digest, t.c.media_type).where(t.c.repository_id == repository_id, t.c.digest.in_(digests))
    return dict(connection.execute(query).all())


def unknown_objects(connection: Connection, object_ids: Sequence[str]) -> list[str]:
    """Those of `object_ids` that neither a blob nor an upload names, nor the queue of those to be deleted."""
    known = set[str]()
    for t in (blobs, uploads, object_deletions):
        known |= set(connection.execute(select(t.c.object_id).where(t.c.object_id.in_(object_ids))).scalars())
    return [object_id for object_id in object_ids if object_id not in known]
