"""What every attack is followed by: the server still answers, and nothing that was stored before is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.oci.fixtures import ecr, immutable, nobody, oci, other, repository, second_ecr, second_keys, second_oci
from tests.support.images import Image, gzip_layer, make_image, random_bytes
from tests.support.server import Server

__all__ = ["ecr", "immutable", "nobody", "oci", "other", "repository", "second_ecr", "second_keys", "second_oci"]

EARLIER = make_image([gzip_layer({"earlier": random_bytes(1_200_000, "earlier")}), gzip_layer({"small": b"small"})])


@pytest.fixture(scope="session")
def earlier(ecr: Any, oci: Checked, new_name: Callable[[], str]) -> str:
    """A repository with an image from before every attack, tagged v1."""
    name = new_name()
    ecr.create_repository(repositoryName=name)
    oci.push_image(name, EARLIER, "v1")
    return name


@pytest.fixture
def earlier_image() -> Image:
    """The image in `earlier`."""
    return EARLIER


@pytest.fixture(autouse=True)
def _nothing_is_lost(server: Server, oci: Checked, earlier: str) -> Iterator[None]:
    """Fails an attack that took the server down, made it fail from within, or cost earlier content."""
    before = server.log.stat().st_size
    yield
    assert oci.pull_image(earlier, "v1") == EARLIER.contents()
    assert oci.tags(earlier).json()["tags"] == ["v1"]
    with server.log.open("rb") as log:
        log.seek(before)
        lines = [json.loads(line) for line in log if line.startswith(b"{")]
    assert not [line for line in lines if line["level"] in ("error", "critical")]
    assert not [line for line in lines if (line.get("status") or 0) >= 500]
