"""The hottest queries, on the data set of `bench.generate_metadata`: what a pull, a push, a listing and a sweep ask.

    .venv/bin/python -m bench.hot_queries DATABASE [--images ...]

Prints how long each takes on one connection: the median of some runs, in milliseconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from sqlalchemy import Connection

from bench.generate_metadata import REGISTRY, Size, digest, engine_of, name, object_id, tag
from entrepot.context import RepositoryRef
from entrepot.meta import (
    access_keys,
    access_versions,
    blobs,
    image_pages,
    image_tags,
    images,
    quotas,
    rate_buckets,
    repositories,
    resource_policies,
    uploads,
    usage,
)
from entrepot.meta.blobs import BlobRow
from entrepot.meta.repositories import AES256
from entrepot.ports import StoredBlob
from entrepot.rules.rate_limits import Rate

PAGE = 100
RUNS = 9

Query = Callable[[Connection], Any]


def queries(size: Size) -> Mapping[str, Query]:
    """Each by its name. Those that write are to be rolled back."""
    middle, layers = size.images // 2, [digest("blob", number) for number in size.blobs_of(size.images // 2)]
    image, now = digest("image", middle), 1 << 50
    blob = BlobRow(size.blobs_of(middle)[0], 1, layers[0], 1, object_id(1))
    new = StoredBlob("n" * 32, b"", 1)
    seventh = RepositoryRef(REGISTRY, name(7))
    some_images = [digest("image", number) for number in range(middle, middle + 20)]
    return {
        "repository by name": lambda c: repositories.find_repository(c, seventh),
        "page of repositories": lambda c: repositories.page_of_repositories(c, REGISTRY, name(50), PAGE),
        "image by digest": lambda c: images.find_image(c, 1, image),
        "image by tag": lambda c: images.find_image_by_tag(c, 1, str(tag(middle + 1))),
        "images by digests": lambda c: images.find_images(c, 1, some_images),
        "manifest": lambda c: images.payload_of(c, middle),
        "any image": lambda c: images.has_images(c, 7),
        "indexes that list an image": lambda c: images.parents_of(c, middle),
        "referrers": lambda c: images.referrers_of(c, 1, digest("image", middle - 1), [], 0, PAGE),
        "note of a pull": lambda c: images.record_pull(c, middle, now, now),
        "page of images": lambda c: image_pages.page_of_images(c, 1, "ANY", middle, PAGE),
        "page of tagged images": lambda c: image_pages.page_of_images(c, 1, "TAGGED", middle, PAGE),
        "page of untagged images": lambda c: image_pages.page_of_images(c, 1, "UNTAGGED", middle, PAGE),
        "page of image ids": lambda c: image_pages.page_of_image_ids(c, 1, "ANY", (middle, ""), PAGE),
        "page of tagged image ids": lambda c: image_pages.page_of_image_ids(c, 1, "TAGGED", (middle, ""), PAGE),
        "page of untagged image ids": lambda c: image_pages.page_of_image_ids(c, 1, "UNTAGGED", (middle, ""), PAGE),
        "page of tags": lambda c: image_pages.page_of_tags(c, 1, str(tag(middle + 1)), PAGE),
        "tags of images": lambda c: image_pages.tags_of_images(c, range(middle, middle + PAGE)),
        "image of a tag": lambda c: image_tags.tagged_image(c, 1, str(tag(middle + 1))),
        "a new tag": lambda c: image_tags.create_tag(c, 1, "new", middle, now),
        "tags of an image, counted": lambda c: image_tags.count_tags(c, middle),
        "an image goes": lambda c: images.delete_image(c, middle),
        "layer": lambda c: blobs.find_blob(c, 1, layers[0]),
        "layers of a manifest": lambda c: blobs.held_blobs(c, 1, layers),
        "a new blob": lambda c: blobs.adopt_blob(c, 1, digest("new", 0), new, now),
        "a new hold": lambda c: blobs.hold_blob(c, 2, blob, now),
        "repositories that hold a layer": lambda c: blobs.repositories_holding(c, REGISTRY, AES256, layers[0], 10),
        "media types of layers": lambda c: blobs.layer_media_types(c, 1, layers),
        "objects that no row names": lambda c: blobs.unknown_objects(c, [object_id(n) for n in range(1, 1 + PAGE)]),
        "upload": lambda c: uploads.find_upload(c, f"{7:036}", 8, "arn"),
        "stale uploads": lambda c: uploads.delete_stale_uploads(c, PAGE, PAGE),
        "access key": lambda c: access_keys.find_access_key(c, f"AKIA{7:016}"),
        "version of an account's policies": lambda c: access_versions.find_version(c, REGISTRY.account),
        "images of a repository, counted": lambda c: usage.used(c, "images_per_repository", seventh, 1000),
        "bytes of a repository, added up": lambda c: usage.used(c, "repository_bytes", seventh, 0),
        "bytes under way to a repository": lambda c: usage.staged(c, "repository_bytes", seventh),
        "another repository with a layer": lambda c: blobs.is_held_elsewhere(c, 1, blob.id),
        "a portion of a rate": lambda c: rate_buckets.draw_on(c, "AIDA/ecr:PutImage", Rate(10_000, 10), now, 1),
        "quotas of a registry": lambda c: quotas.overrides_of(c, REGISTRY),
        "policies of repositories": lambda c: resource_policies.policies_of(c, REGISTRY, [name(7), name(8)]),
    }


def milliseconds(connection: Connection, query: Query) -> float:
    """The median time of a query that leaves nothing behind."""
    took: list[float] = []
    for _ in range(RUNS):
        with connection.begin_nested() as changes:
            began = time.perf_counter()
            query(connection)
            took.append(1000 * (time.perf_counter() - began))
            changes.rollback()
    return median(took)


def main() -> int:
    """Prints a line a query."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    for option, default in (("images", 100_000), ("repositories", 10_000), ("blobs", 1_000_000)):
        parser.add_argument(f"--{option}", type=int, default=default)
    given = parser.parse_args()
    with engine_of(given.database).connect() as connection, connection.begin() as everything:
        for what, query in queries(Size(given.images, given.repositories, given.blobs)).items():
            sys.stdout.write(f"| {what} | {milliseconds(connection, query):.2f} |\n")
        everything.rollback()
    return 0


if __name__ == "__main__":
    sys.exit(main())
