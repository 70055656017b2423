"""Thirty-two clients that push their own images and pull the others', at both doors, all at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.concurrency.crowd import Racer, at_once
from tests.support.images import Image, gzip_layer, make_image, random_bytes
from tests.support.oci import Oci
from tests.support.server import Server

CLIENTS = 32
IMAGES_EACH = 3
REPOSITORIES = 8
BASE = gzip_layer({"base.bin": random_bytes(300_000, "base")})


class Board:
    """What has been pushed so far and may be pulled by anybody."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str, Image]] = []
        self._lock = threading.Lock()

    def post(self, repository: str, tag: str, image: Image) -> None:
        with self._lock:
            self._entries.append((repository, tag, image))

    def entries(self) -> list[tuple[str, str, Image]]:
        with self._lock:
            return list(self._entries)


def image_of(client: int, number: int) -> Image:
    """An image that shares its first layer with all others."""
    own = gzip_layer({"own.bin": random_bytes(20_000 + client, f"{client} {number}")})
    return make_image([BASE, own], docker=bool(number % 2))


def push(door: Oci | Racer, repository: str, image: Image, tag: str) -> None:
    """At either door."""
    if isinstance(door, Racer):
        door.push(repository, image, tag)
    else:
        door.push_image(repository, image, tag)


def work(oci: Oci, ecr: Any, board: Board, repositories: list[str], client: int) -> None:
    """What one client does: every fourth pushes at the AWS door, all pull at /v2/."""
    chosen = random.Random(client)
    door = Racer(ecr) if client % 4 == 0 else oci
    repository = repositories[client % REPOSITORIES]
    for number in range(IMAGES_EACH):
        image, tag = image_of(client, number), f"c{client}-{number}"
        push(door, repository, image, tag)
        board.post(repository, tag, image)
        theirs, their_tag, expected = chosen.choice(board.entries())
        assert oci.pull_image(theirs, their_tag) == expected.contents()


def test_thirty_two_clients(server: Server, oci: Oci, ecr: Any, new_name: Callable[[], str]) -> None:
    repositories = [new_name() for _ in range(REPOSITORIES)]
    for name in repositories:
        server.create_repository(name)
    board = Board()
    at_once([partial(work, oci, ecr, board, repositories, client) for client in range(CLIENTS)])
    assert len(board.entries()) == CLIENTS * IMAGES_EACH
    for name in repositories:
        pushed = {tag: image for repository, tag, image in board.entries() if repository == name}
        assert described(ecr, name) == {(tag, image.digest, sizes(image)) for tag, image in pushed.items()}
        assert oci.tags(name).json()["tags"] == sorted(pushed)


def described(ecr: Any, repository: str) -> set[tuple[str, str, int]]:
    """What DescribeImages says of a repository, page by page: tag, digest and size of each image."""
    pages = ecr.get_paginator("describe_images").paginate(repositoryName=repository, PaginationConfig={"PageSize": 5})
    details = [detail for page in pages for detail in page["imageDetails"]]
    found = {(d["imageTags"][0], d["imageDigest"], d["imageSizeInBytes"]) for d in details}
    assert len(found) == len(details)
    assert all(len(detail["imageTags"]) == 1 for detail in details)
    return found


def sizes(image: Image) -> int:
    """Bytes of the config and the layers."""
    return sum(len(blob) for blob in image.blobs)
