"""What names stand for at the moment. Ports: see the package."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal, NamedTuple, Protocol

NameKind = Literal["tag", "image", "blob", "key"]


class Name(NamedTuple):
    """A tag, or the digest of an image or a blob, in a repository of a registry; or an access key (`key_name`)."""

    kind: NameKind
    account: str
    region: str
    repository: str
    reference: str


def key_name(access_key_id: str) -> Name:
    """The name of a lasting access key: `id` is 1 while it is active and 0 otherwise, `digest` its principal's ARN."""
    return Name("key", "", "", "", access_key_id)


class Current(NamedTuple):
    """The row behind a name: of an image, or of a blob. Times are in microseconds, `review_after` of a blob's review.

    `since` tells two rows apart that had the same id one after the other.
    """

    id: int
    digest: str
    since: int
    review_after: int | None = None


class CurrentNames(Protocol):
    """Says what names stand for, to many requests at a time."""

    def ask(self, key: Name, /) -> Awaitable[Current | None]:
        """As `find`, for whoever has more to ask before it waits."""
        ...

    async def find(self, key: Name, /) -> Current | None:
        """What a name stands for, as of after it was asked for. Raises what the database raises."""
        ...
