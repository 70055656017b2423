"""A deployment on each engine, which every test begins with empty, and ways to damage what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from entrepot.meta.tables import blobs, images, manifests
from entrepot.ports import Replica
from entrepot.services import verify
from entrepot.services.verify_run import Orders
from entrepot.services.verifying import Found
from tests.gc.world import ENGINES, World, world


@pytest.fixture(scope="session", params=ENGINES)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all tests of an engine."""
    with world(tmp_path_factory.mktemp("verify") / "data", request.param) as made:
        yield made


@pytest.fixture
def here(deployment: World) -> World:
    """With the repositories `one` and `two`, and nothing in them."""
    deployment.wipe()
    deployment.create("one")
    deployment.create("two")
    return deployment


def check(here: World, *replicas: Replica, orders: Orders | None = None) -> Found:
    """Everything, or what is ordered."""
    return here.run(verify.verify(here.app, orders or Orders(replicas=replicas)))


def flip(path: Path, position: int) -> None:
    """Changes one bit of a file that was committed."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    overwrite(path, bytes(content))


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)
    path.chmod(0o400)


def set_manifest(here: World, digest: str, payload: bytes) -> None:
    """Changes the row that holds a manifest."""
    image = select(images.c.id).where(images.c.digest == digest)
    change = update(manifests).where(manifests.c.image_id.in_(image)).values(payload=payload)
    here.run(here.app.db.write(lambda c: c.execute(change)))


def objects(here: World) -> dict[str, str]:
    """The object of each blob, by digest."""
    query = select(blobs.c.digest, blobs.c.object_id)
    return dict(here.run(here.app.db.read(lambda c: c.execute(query).all())))
