"""A large registry's metadata, made up: rows only, no bytes behind them.

    .venv/bin/python -m bench.generate_metadata DATABASE [--images 100000] [--repositories 10000] [--blobs 1000000]

DATABASE is an empty PostgreSQL database (postgresql://...) or the path of a new SQLite file. One repository has all of
`--images`, every other one ten. COPY on PostgreSQL; the same seed of numbers always makes the same rows.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from entrepot.context import Registry
from entrepot.meta import tables as t
from entrepot.meta.postgres import postgres_engine
from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import sqlite_engine

REGISTRY = Registry("123456789012", "us-east-1")
IMAGES_ELSEWHERE = 10
BLOBS_AN_IMAGE = 5
ONE_IN = 10  # every tenth image has no tag, and every tenth a subject
PAYLOAD = b'{"schemaVersion":2}' * 30
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows: `images` in the first repository, blobs and repositories in all."""

    images: int = 100_000
    repositories: int = 10_000
    blobs: int = 1_000_000

    @property
    def all_images(self) -> int:
        """Images in all repositories together; their ids are 1 to this."""
        return self.images + (self.repositories - 1) * IMAGES_ELSEWHERE

    def repository_of(self, image: int) -> int:
        """The repository that an image is in. Both count from 1."""
        return 1 if image <= self.images else 2 + (image - self.images - 1) // IMAGES_ELSEWHERE

    def blobs_of(self, image: int) -> list[int]:
        """Blobs that an image is made of: in a repository of many images most are shared with earlier ones."""
        repository = self.repository_of(image)
        own = self.blobs // 2 if repository == 1 else max(1, self.blobs // 2 // max(1, self.repositories - 1))
        first = 1 if repository == 1 else 1 + self.blobs // 2 + (repository - 2) * own
        start = image * BLOBS_AN_IMAGE
        return sorted({first + (start + each) % own for each in range(BLOBS_AN_IMAGE)})


def digest(kind: str, number: int) -> str:
    """The made-up digest of the blob or image of that number."""
    return "sha256:" + hashlib.sha256(f"{kind} {number}".encode()).hexdigest()


def object_id(number: int) -> str:
    """The made-up object of a blob."""
    return hashlib.sha256(f"object {number}".encode()).hexdigest()[:32]


def name(repository: int) -> str:
    """A repository's name."""
    return f"team-{repository % 100:02}/service-{repository:06}"


def tag(image: int) -> str | None:
    """An image's tag."""
    return None if image % ONE_IN == 0 else f"v{image:07}"


def fill(connection: Connection, size: Size) -> None:
    """Puts all rows into an empty, migrated database."""
    for table, columns, rows in _everything(size):
        _load(connection, table, columns.split(), rows)
    if connection.dialect.name == "postgresql":
        for table in (t.data_keys, t.repositories, t.blobs, t.images):
            highest = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"  # noqa: S608
            connection.execute(text(highest))
    connection.execute(text("ANALYZE"))


def _everything(size: Size) -> Iterator[tuple[Table, str, Iterable[Row]]]:
    account, region = REGISTRY.account, REGISTRY.region
    images = range(1, size.all_images + 1)
    yield t.accounts, "account_id created_at", [(account, 0)]
    keys = [(1, f"registry/{account}/{region}", 0, b"wrapped", 0), (2, "secrets", 0, b"wrapped", 0)]
    yield t.data_keys, "id scope generation wrapped created_at", keys
    columns = "access_key_id account_id principal_arn user_id sealed_secret data_key_id active created_at"
    yield t.access_keys, columns, ((f"AKIA{n:016}", account, "arn", f"U{n}", b"s", 2, True, n) for n in range(20_000))
    columns = "id account_id region name created_at tag_mutability exclusion_filters"
    repositories = range(1, size.repositories + 1)
    yield t.repositories, columns, ((n, account, region, name(n), n, "MUTABLE", "[]") for n in repositories)
    columns = "id data_key_id digest size object_id created_at"
    yield t.blobs, columns, ((n, 1, digest("blob", n), n, object_id(n), n) for n in range(1, size.blobs + 1))
    columns = (
        "id repository_id digest media_type artifact_type subject_digest manifest_size image_size annotations pushed_at"
    )
    yield t.images, columns, (_image(size, n) for n in images)
    yield t.manifests, "image_id payload", ((n, PAYLOAD) for n in images)
    tags = ((size.repository_of(n), tag(n), n, n) for n in images if n % ONE_IN)
    yield t.image_tags, "repository_id tag image_id updated_at", tags
    yield t.image_blobs, "repository_id digest image_id media_type", _image_blobs(size)
    yield t.repository_blobs, "repository_id digest blob_id created_at", _repository_blobs(size)
    columns = (
        "id repository_id principal_arn data_key_id object_id received state parts last_part part_too_small updated_at"
    )
    uploads = ((f"{n:036}", 1 + n % size.repositories, "arn", 1, f"{n:032}", 0, "", 0, 0, False, n) for n in images)
    yield t.uploads, columns, uploads


def _image(size: Size, number: int) -> Row:
    repository = size.repository_of(number)
    subject = digest("image", number - 1) if number % ONE_IN == 0 else None
    kind = "application/spdx+json" if subject else None
    facts = (len(PAYLOAD), 1 << 20, "{}", number)
    return number, repository, digest("image", number), MANIFEST, kind, subject, *facts


def _image_blobs(size: Size) -> Iterator[Row]:
    for image in range(1, size.all_images + 1):
        for blob in size.blobs_of(image):
            yield size.repository_of(image), digest("blob", blob), image, LAYER


def _repository_blobs(size: Size) -> Iterator[Row]:
    """The first repository holds half of the blobs, the others share the rest; every hundredth is in two."""
    half, others = size.blobs // 2, max(1, size.repositories - 1)
    own = max(1, half // others)
    for blob in range(1, size.blobs + 1):
        repository = 1 if blob <= half else min(2 + (blob - half - 1) // own, size.repositories)
        yield repository, digest("blob", blob), blob, blob
        if blob % 100 == 0 and repository not in (1, size.repositories):
            yield size.repositories, digest("blob", blob), blob, blob


def _load(connection: Connection, table: Table, columns: list[str], rows: Iterable[Row]) -> None:
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    writer: Any = connection.connection.cursor()
    writer.executemany(statement, rows)


def engine_of(database: str) -> Engine:
    """An engine on a PostgreSQL URL or an SQLite file."""
    if database.startswith("postgres"):
        return postgres_engine(database)
    return sqlite_engine(Path(database), writes=True)


def main() -> int:
    """Makes the data set; prints how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    for option, default in (("images", 100_000), ("repositories", 10_000), ("blobs", 1_000_000)):
        parser.add_argument(f"--{option}", type=int, default=default)
    given = parser.parse_args()
    began = time.monotonic()
    engine = engine_of(given.database)
    migrate(engine)
    with engine.begin() as connection:
        fill(connection, Size(given.images, given.repositories, given.blobs))
    engine.dispose()
    sys.stdout.write(f"made in {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
