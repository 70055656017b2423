"""A node, the database or the store goes away in the middle of pushes: clients repeat, nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.faults.ledger import Ledger
from tests.nodes.conftest import NewName
from tests.nodes.pushing import Client, check, made_image
from tests.support.images import digest_of
from tests.support.nodes import Deployment
from tests.support.oci import Answer, Oci
from tests.support.postgres import Cluster
from tests.support.processes import run
from tests.support.server import COMMAND

PUSHES = 32
REPOSITORIES = 8
TOLD_SECONDS = 12.0
"""Until a client is told that the store is away: four tries of `s3_timeout`, 1 s, and the pauses in between."""

Repositories = Callable[[int], list[Client]]


@pytest.fixture
def made(deployment: Deployment, new_name: NewName) -> Repositories:
    """Makes clients of the balancer, each with a repository of its own."""

    def make(count: int) -> list[Client]:
        names, oci = [new_name() for _ in range(count)], deployment.oci()
        for name in names:
            deployment.ecr.create_repository(repositoryName=name)
        return [Client(oci, Ledger(name)) for name in names]

    return make


def acknowledged(clients: list[Client]) -> int:
    return sum(client.ledger.acknowledged for client in clients)


def wait_for_more(clients: list[Client], more: int) -> None:
    wanted, deadline = acknowledged(clients) + more, time.monotonic() + 60
    while acknowledged(clients) < wanted:
        assert time.monotonic() < deadline, "no progress"
        threading.Event().wait(0.01)


@contextmanager
def pushing(clients: list[Client]) -> Iterator[None]:
    """They push, one image after the other, until the end of the context."""
    over = threading.Event()

    def go_on(client: Client) -> None:
        number = 0
        while not over.is_set():
            number += 1
            client.push(f"v{time.monotonic_ns()}")

    with ThreadPoolExecutor(len(clients)) as threads:
        playing = [threads.submit(go_on, client) for client in clients]
        try:
            yield
        finally:
            over.set()
        for each in playing:
            each.result()


def verify(deployment: Deployment) -> None:
    """Store and database agree."""
    data = deployment.servers[0].data
    run([COMMAND, "gc", "verify", "--data", data], env={**os.environ, **deployment.store.env})


def test_a_node_killed_in_the_middle_of_pushes(deployment: Deployment, made: Repositories) -> None:
    ledgers, victim = [client.ledger for client in made(REPOSITORIES)], deployment.servers[1]
    clients = [Client(deployment.oci(), ledgers[number % REPOSITORIES]) for number in range(PUSHES)]
    with ThreadPoolExecutor(PUSHES) as threads:
        pushes = [threads.submit(client.push, f"v{number}") for number, client in enumerate(clients)]
        wait_for_more(clients[:REPOSITORIES], PUSHES // 4)
        deployment.kill(victim)
        for push in pushes:
            push.result()
    assert sum(client.broken for client in clients) > 0
    assert sum(len(ledger.tags) for ledger in ledgers) == PUSHES
    deployment.forget(victim)
    for number, server in enumerate([*deployment.servers, deployment.start(victim.data)]):
        check(clients[number:REPOSITORIES:3], deployment.oci(server))
    verify(deployment)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_database_restarts(deployment: Deployment, made: Repositories, own_cluster: Cluster, mode: str) -> None:
    clients = made(4)
    with pushing(clients):
        wait_for_more(clients, 8)
        own_cluster.stop(mode)
        own_cluster.start()
        wait_for_more(clients, 8)
    check(clients, deployment.oci())
    assert '"level":"error"' not in deployment.logs()


@contextmanager
def refusing(deployment: Deployment) -> Iterator[None]:
    with deployment.store_line.cut():
        yield


@contextmanager
def hanging(deployment: Deployment) -> Iterator[None]:
    pid = deployment.store.program.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        while any(state(task) not in "Tt" for task in Path(f"/proc/{pid}/task").iterdir()):
            threading.Event().wait(0.01)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def state(task: Path) -> str:
    """A thread's state, one letter."""
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize(("away", "seconds"), [(refusing, 30), (hanging, 0)])
def test_the_store_is_away(
    deployment: Deployment, made: Repositories, away: Callable[[Deployment], AbstractContextManager[None]], seconds: int
) -> None:
    """For `seconds` at least, and until every node was asked."""
    (client, *others), lost = made(4), made_image("lost")
    client.push("before")
    layer = next(iter(client.ledger.blobs))
    repository = client.ledger.repository
    nodes = [deployment.oci(server) for server in deployment.servers]
    with pushing(others):
        wait_for_more(others, 4)
        with away(deployment):
            until = time.monotonic() + seconds
            with ThreadPoolExecutor(3) as threads:
                asked = [
                    threads.submit(refused_soon, lambda node=node: node.get_blob(repository, layer))
                    for node in nodes[:2]
                ]
                asked.append(threads.submit(refused_soon, lambda: upload(nodes[2], repository, lost.blobs[1])))
            for each in asked:
                each.result()
            nodes[0].head_manifest(repository, "before").expect(200)
            nodes[1].put_manifest(repository, "lost", lost.manifest, lost.media_type).expect(400)
            while time.monotonic() < until:
                refused_soon(lambda: nodes[2].get_blob(repository, layer))
        wait_for_more(others, 4)
    for node in nodes:
        node.head_blob(repository, digest_of(lost.blobs[1])).expect(404)
        node.head_manifest(repository, "lost").expect(404)
    assert sum(each.refused for each in others) > 0
    client.push("after")
    check([client, *others], deployment.oci())
    verify(deployment)


def refused_soon(ask: Callable[[], Answer]) -> None:
    began = time.monotonic()
    answer = ask()
    assert time.monotonic() - began < TOLD_SECONDS
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


def upload(oci: Oci, repository: str, data: bytes) -> Answer:
    path = f"/v2/{repository}/blobs/uploads/?digest={digest_of(data)}"
    return oci.request("POST", path, headers={"Content-Type": "application/octet-stream"}, body=data)
