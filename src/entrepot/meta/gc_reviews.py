"""What is to be reviewed by the garbage collection. Called in the transaction that takes or gives up a reference.

Whatever may be the last reference to something leaves a review behind, due at `due`. One that is there already is
postponed and not kept: whoever took the reference in between has had the whole delay only then.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, delete, literal, select, update

from entrepot.meta.dialect import in_batches, upsert, upsert_selected
from entrepot.meta.tables import blob_reviews, image_blobs, layer_reviews, repositories, repository_blobs


def review_layer(connection: Connection, repository_id: int, digest: str, due: int) -> None:
    """A layer that no image of the repository may need: its upload is done, or it was mounted."""
    row = {"repository_id": repository_id, "digest": digest, "review_after": due}
    upsert(connection, layer_reviews, [row], replace=["review_after"])


def review_layers_of_image(connection: Connection, image_id: int, due: int) -> None:
    """The layers of an image that is about to be deleted."""
    t = image_blobs
    query = select(t.c.repository_id, t.c.digest, literal(due, BigInteger)).where(t.c.image_id == image_id)
    upsert_selected(connection, layer_reviews, query, ["review_after"])


def forget_layers(connection: Connection, repository_id: int, digests: Sequence[str]) -> None:
    """Layers that an image of the repository needs from now on."""
    t = layer_reviews
    for batch in in_batches(digests):
        connection.execute(delete(t).where(t.c.repository_id == repository_id, t.c.digest.in_(batch)))


def reviews_of_layers(connection: Connection, repository_id: int, digests: Sequence[str]) -> dict[str, int]:
    """When each of `digests` that is under review is due."""
    t = layer_reviews
    found: dict[str, int] = {}
    for batch in in_batches(digests):
        query = select(t.c.digest, t.c.review_after).where(t.c.repository_id == repository_id, t.c.digest.in_(batch))
        found |= dict(connection.execute(query).all())
    return found


def postpone_layers(connection: Connection, repository_id: int, digests: Sequence[str], due: int) -> None:
    """Puts reviews off that are due before `due`."""
    t = layer_reviews
    for batch in in_batches(digests):
        mine = (t.c.repository_id == repository_id, t.c.digest.in_(batch), t.c.review_after < due)
        connection.execute(update(t).where(*mine).values(review_after=due))


def review_blob(connection: Connection, repository_id: int, digest: str, due: int) -> None:
    """The blob behind a layer that the repository is about to let go."""
    _review_blobs(connection, repository_id, due, digest)


def review_blobs_of_repository(connection: Connection, repository_id: int, due: int) -> None:
    """Every blob that a repository holds which is about to be deleted."""
    _review_blobs(connection, repository_id, due, None)


def _review_blobs(connection: Connection, repository_id: int, due: int, digest: str | None) -> None:
    query = (
        select(
            repository_blobs.c.blob_id,
            literal(due, BigInteger),
            repositories.c.account_id,
            repositories.c.region,
            repositories.c.name,
        )
        .join(repositories, repositories.c.id == repository_blobs.c.repository_id)
        .where(repository_blobs.c.repository_id == repository_id)
        .distinct()
    )
    if digest is not None:
        query = query.where(repository_blobs.c.digest == digest)
    upsert_selected(connection, blob_reviews, query, ["review_after", "account_id", "region", "repository"])


def forget_blob(connection: Connection, blob_id: int) -> None:
    """A blob that a repository holds from now on."""
    connection.execute(delete(blob_reviews).where(blob_reviews.c.blob_id == blob_id))
