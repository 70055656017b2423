"""Servers to measure: Entrepot in each of its topologies, with the database and the store that it works with.

Everything listens on the loopback interface, keeps its files in one folder and is ended by its process id.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Usage, usage
from tests.support.postgres import Cluster
from tests.support.s3_proxy import S3Proxy
from tests.support.seaweed import Seaweed, start_seaweed
from tests.support.server import Server, start_server

# PostgreSQL as it comes, with the statements counted. What the tests switch off for speed is on.
_POSTGRES = {"fsync": "on", "full_page_writes": "on", "shared_preload_libraries": "pg_stat_statements"}


@dataclass(frozen=True, slots=True)
class Topology:
    """What a deployment is made of. `delivery` says who carries the bytes of layers that are in a store."""

    name: str
    title: str
    workers: int
    postgres: bool = False
    s3: bool = False
    delivery: str = "server"


TOPOLOGIES = (
    Topology("sqlite-1", "SQLite and a folder, 1 worker", 1),
    Topology("sqlite-2", "SQLite and a folder, 2 workers", 2),
    Topology("postgres-s3", "PostgreSQL and S3, through the server, 2 workers", 2, postgres=True, s3=True),
    Topology(
        "postgres-redirect", "PostgreSQL and S3, by redirect, 2 workers", 2, postgres=True, s3=True, delivery="redirect"
    ),
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A topology that runs. `parts` are the first processes of what is measured apart: ours, the database, the store.

    They are numbers of processes (pids).
    """

    topology: Topology
    server: Server
    parts: Mapping[str, int]
    cluster: Cluster | None = None
    database: str = ""
    store: Seaweed | None = None

    @property
    def netloc(self) -> str:
        """Where clients connect."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def env(self) -> dict[str, str]:
        """What a process of this deployment has in its environment."""
        return self.store.env if self.store else {}

    def usage(self) -> dict[str, Usage]:
        """What each part used so far."""
        return {name: usage([pid]) for name, pid in self.parts.items()}

    @contextmanager
    def seen_by_a_proxy(self) -> Iterator[tuple[Server, S3Proxy]]:
        """A second server of this deployment, whose requests to the store are counted on their way."""
        if self.store is None:
            raise ValueError(f"{self.topology.name} has no store that takes requests")
        proxy = S3Proxy(self.store.port)
        server = start_server(self.server.data, env=self.env, args=["--s3-endpoint-url", proxy.url])
        try:
            yield server, proxy
        finally:
            server.stop()
            proxy.close()


class Backends:
    """PostgreSQL and SeaweedFS, each started once, when it is first needed."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._cluster: Cluster | None = None
        self._store: Seaweed | None = None

    def cluster(self) -> Cluster:
        """PostgreSQL, with its files in a temporary folder of its own."""
        if self._cluster is None:
            self._cluster = Cluster(**_POSTGRES)
            self._stack.callback(self._cluster.remove)
        return self._cluster

    def store(self) -> Seaweed:
        """SeaweedFS."""
        if self._store is None:
            self._store = start_seaweed(self.folder / "store")
            self._stack.callback(self._store.stop)
        return self._store


@contextmanager
def backends(folder: Path | None = None) -> Iterator[Backends]:
    """Ends in the end what was started. Files are in a temporary folder in `folder`."""
    place = Path(tempfile.mkdtemp(prefix="entrepot-bench-", dir=folder))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        yield Backends(place, stack)


@contextmanager
def deployed(topology: Topology, behind: Backends, *, work: bool = False) -> Iterator[Deployment]:
    """Starts a deployment on empty storage; ends it and deletes its data folder. Periodic work is left out, or not."""
    data = Path(tempfile.mkdtemp(prefix=f"{topology.name}-", dir=behind.folder)) / "data"
    cluster = behind.cluster() if topology.postgres else None
    store = behind.store() if topology.s3 else None
    database = cluster.create() if cluster else ""
    settings: dict[str, object] = {"work": work}
    settings |= {"database": cluster.url(database)} if cluster else {}
    settings |= _store_settings(store, topology) if store else {}
    _write_settings(data, settings)
    server = start_server(data, workers=topology.workers, env=store.env if store else {})
    parts = {"ours": server.program.pid}
    parts |= {"database": cluster.pid} if cluster else {}
    parts |= {"store": store.program.pid} if store else {}
    try:
        yield Deployment(topology, server, parts, cluster, database, store)
    finally:
        server.stop()
        shutil.rmtree(data.parent, ignore_errors=True)


def _store_settings(store: Seaweed, topology: Topology) -> dict[str, object]:
    place = f"s3://{store.new_bucket()}"
    delivery = topology.delivery
    return {
        "blobs": place,
        "s3_endpoint_url": store.url,
        "s3_path_style": True,
        "blob_delivery": delivery,
        "s3_timeout": 120,
    }


def _write_settings(data: Path, settings: Mapping[str, object]) -> None:
    """In a file: flags can be seen by others, and the database's URL has a password in it."""
    data.mkdir(mode=0o700)
    (file := data / "entrepot.toml").write_text("".join(f"{key} = {json.dumps(it)}\n" for key, it in settings.items()))
    file.chmod(0o600)
