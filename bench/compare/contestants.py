"""Who is compared: Entrepot in each of its topologies, CNCF distribution, and any registry that answers at a URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from bench.caller import Caller, basic, new_caller
from bench.clients import Client
from bench.compare.samples import LeftOut
from bench.content import Blob, Content, Image
from bench.processes import usage
from bench.servers import Backends, Deployment, Topology, deployed
from tests.support.server import start_server

REPOSITORY = "team/service"
ENTREPOT = "entrepot-"


@dataclass(slots=True)
class Contestant:
    """A registry that runs, and what was pushed to it.

    `headers` are those of a client that is logged in, `login` the user and password of one that is yet to. `own` are
    the first processes of the server itself, `beside` of its database and its store; none where others started it.
    `again` starts the same server once more on the same data; `started` is how long that took, in seconds. Of
    distribution there are the `folder` of its data and its `config` file, of Entrepot the `deployment`.
    """

    name: str
    title: str
    netloc: str
    content: Content
    headers: dict[str, str] = field(default_factory=dict[str, str])
    login: tuple[str, str] | None = None
    repository: str = REPOSITORY
    own: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    caller: Caller | None = None
    deployment: Deployment | None = None
    folder: Path | None = None
    config: Path | None = None
    again: Callable[[], AbstractContextManager[Contestant]] | None = None
    started: float = 0.0
    images: dict[str, Image] = field(default_factory=dict[str, Image])
    blobs: dict[int, Blob] = field(default_factory=dict[int, Blob])

    @property
    def path(self) -> str:
        """Where the repository's manifests, blobs and tags are."""
        return f"/v2/{self.repository}"

    def connect(self) -> Client:
        """A client that is logged in."""
        return Client(self.netloc, self.headers)

    def seconds(self) -> float:
        """Processor time that all of it took so far."""
        return usage((*self.own, *self.beside)).seconds

    def calls(self) -> Caller:
        """Who calls ECR's API; LeftOut where there is none."""
        if self.caller is None:
            raise LeftOut("has no ECR API")
        return self.caller

    def once_more(self) -> AbstractContextManager[Contestant]:
        """The same, just started; LeftOut where it was started by others."""
        if self.again is None:
            raise LeftOut("was started by others")
        return self.again()


@dataclass(frozen=True, slots=True)
class Kind:
    """A contestant that can be started, on empty storage."""

    name: str
    title: str
    start: Callable[[Backends, Content], AbstractContextManager[Contestant]]


def entrepot(topology: Topology) -> Kind:
    """Entrepot as users run it: everything it does is on, periodic work too."""

    @contextmanager
    def start(behind: Backends, content: Content) -> Iterator[Contestant]:
        with deployed(topology, behind, work=True) as deployment:
            deployment.server.create_repository(REPOSITORY)
            caller = new_caller(deployment.server, deployment.netloc)
            login = ("AWS", caller.password())
            made = Contestant(ENTREPOT + topology.name, f"Entrepot, {topology.title}", deployment.netloc, content)
            made.headers, made.login, made.caller, made.deployment = basic(*login), login, caller, deployment
            own = deployment.parts["ours"]
            made.own, made.beside = (own,), tuple(pid for pid in deployment.parts.values() if pid != own)
            made.again = lambda: _again(made, deployment)
            yield made

    return Kind(ENTREPOT + topology.name, f"Entrepot, {topology.title}", start)


@contextmanager
def _again(first: Contestant, deployment: Deployment) -> Iterator[Contestant]:
    began = perf_counter()
    server = start_server(deployment.server.data, workers=deployment.topology.workers, env=deployment.env)
    took = perf_counter() - began
    netloc = f"127.0.0.1:{server.port}"
    try:
        caller = first.calls()
        caller = Caller(netloc, caller.region, caller.signer)
        yield replace(first, netloc=netloc, own=(server.program.pid,), started=took, caller=caller, again=None)
    finally:
        server.stop()
