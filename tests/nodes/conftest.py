"""One deployment of three nodes and a worker for the tests of a run, and deployments of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import engines
from tests.support.nodes import Deployment
from tests.support.oci import Oci
from tests.support.postgres import Cluster, cluster
from tests.support.server import Server

NODES = 3
Deploy = Callable[..., Deployment]
NewName = Callable[[], str]


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that only these tests rely on."""
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory, own_cluster: Cluster) -> Iterator[Deployment]:
    """Three nodes that started at once on an empty database, and a worker; all of them run at the end of each test."""
    shared = Deployment(tmp_path_factory.mktemp("nodes"), own_cluster.url(own_cluster.create()))
    try:
        shared.start_many(*(shared.host(f"node-{number}") for number in range(NODES)))
        shared.work(shared.host("worker"))
        yield shared
    finally:
        shared.stop()


@pytest.fixture
def nodes(deployment: Deployment) -> list[Server]:
    """The nodes that run."""
    return list(deployment.servers)


@pytest.fixture
def clients(deployment: Deployment, nodes: list[Server]) -> list[Oci]:
    """A raw client of each node."""
    return [deployment.oci(node) for node in nodes]


@pytest.fixture
def repository(deployment: Deployment, new_name: NewName) -> str:
    """The name of a new, empty repository."""
    deployment.ecr.create_repository(repositoryName=(name := new_name()))
    return name


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """Makes deployments of the test's own, without nodes yet."""
    made: list[Deployment] = []

    def make(database: str | None = None) -> Deployment:
        folder = tmp_path / f"deployment-{len(made)}"
        folder.mkdir()
        made.append(Deployment(folder, database or cluster().url(cluster().create())))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def on_sqlite() -> Iterator[None]:
    """Data folders with SQLite in them, whichever engine the run is for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "on_postgres", lambda: False)
        yield
