"""Two deployments, one with something that everyone may pull and one without, and clients without any login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.access_clients.houses import Clients, House
from tests.support.clients.docker import Docker
from tests.support.clients.podman import Podman
from tests.support.oci import Oci
from tests.support.server import start_server


@pytest.fixture(scope="session")
def closed_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Nothing is open to everyone: challenges are ECR's."""
    server = start_server(tmp_path_factory.mktemp("closed") / "data", workers=2)
    yield House(server, public=False)
    server.stop()


@pytest.fixture(scope="session")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One repository is open to everyone: challenges ask for bearer tokens."""
    server = start_server(tmp_path_factory.mktemp("open") / "data", workers=2)
    house, nobody = House(server, public=True), Oci(server.url)
    house.repository(public=True)
    for _ in range(2000):
        if nobody.request("GET", "/v2/").headers["www-authenticate"].startswith("Bearer "):
            break
    yield house
    server.stop()


@pytest.fixture(scope="session", params=["closed_house", "open_house"])
def house(request: pytest.FixtureRequest) -> House:
    """Each of the two: what people may do is the same in both."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def clients(short_folder: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    docker = Docker(short_folder())
    try:
        yield Clients(docker, Podman(short_folder()), tmp_path_factory.mktemp("clients"))
    finally:
        docker.close()
