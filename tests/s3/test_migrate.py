"""`entrepot blobs migrate`: from a folder to a bucket and on, while clients push and pull."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.s3.conftest import flags, new_place
from tests.support.images import Image, gzip_layer, make_image
from tests.support.oci import Oci
from tests.support.s3_proxy import S3Proxy, refuse
from tests.support.seaweed import Seaweed
from tests.support.server import COMMAND, Server
from tests.support.stored import Stored

Entrepot = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def entrepot(weed: Seaweed, data: Path) -> Entrepot:
    """Runs a command on the data folder."""

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
        argv = [str(COMMAND), *words, "--data", str(data)]
        return subprocess.run(argv, env={**env, **weed.env}, capture_output=True, timeout=300, check=False)

    return run


def images(count: int) -> list[Image]:
    return [make_image([gzip_layer({"file": os.urandom(200_000)})]) for _ in range(count)]


def pushed(server: Server, count: int) -> tuple[Oci, list[str]]:
    client = Oci(server.url, server.password())
    return client, [client.push_image("app", image) for image in images(count)]


def pull(client: Oci, digests: Sequence[str]) -> None:
    for digest in digests:
        client.pull_image("app", digest)


def where(data: Path) -> set[tuple[str, str]]:
    return {tuple(row) for row in Stored(data).rows("SELECT DISTINCT store, format FROM blobs")}


def test_to_a_bucket_and_on_while_serving(
    start: StartServer, weed: Seaweed, data: Path, entrepot: Entrepot, tmp_path: Path
) -> None:
    server = start(data)
    server.create_repository("app")
    _, digests = pushed(server, 6)
    server.stop()
    place = new_place()
    there = flags(place, weed.url)
    server = start(data, env=weed.env, args=[*there, "--blobs-also", str(tmp_path / "third"), "--work", "false"])
    client, more = pushed(server, 2)
    digests += more
    assert where(data) == {("", "sealed"), (f"{place}/", "sealed")}
    stop, failed = threading.Event(), list[BaseException]()

    def keep_pulling() -> None:
        try:
            while not stop.is_set():
                pull(client, digests)
        except BaseException as error:  # noqa: BLE001 - it belongs to the test's own thread
            failed.append(error)

    puller = threading.Thread(target=keep_pulling)
    puller.start()
    try:
        done = entrepot("blobs", "migrate", "--to", place, *there, "--gc-delay", "0")
        assert done.returncode == 0, done.stderr
        assert b"moved 12 blobs" in done.stdout
    finally:
        stop.set()
        puller.join()
    assert not failed
    assert where(data) == {(f"{place}/", "sealed")}
    assert len(Stored(data).objects()) == 12
    assert entrepot("gc", "run", *there).returncode == 0
    assert Stored(data).objects() == {}
    pull(client, digests)
    assert b"moved 0 blobs" in entrepot("blobs", "migrate", "--to", place, *there).stdout
    third = str(tmp_path / "third")
    done = entrepot("blobs", "migrate", "--to", third, *there, "--blobs-also", third)
    assert b"moved 16 blobs" in done.stdout, done.stderr
    assert where(data) == {(third, "sealed")}
    pull(client, digests)


def test_it_goes_on_where_it_was_stopped(
    start_on_s3: StartServer, weed: Seaweed, data: Path, entrepot: Entrepot
) -> None:
    proxy, target = S3Proxy(weed.port), new_place()
    place = new_place()
    server = start_on_s3(data, place=place, args=["--blobs-also", target, "--work", "false"])
    server.create_repository("app")
    client, digests = pushed(server, 5)
    try:
        there = flags(place, proxy.url, "--blobs-also", target, "--s3-timeout", "1")
        proxy.fail("Put", refuse(403, "AccessDenied"), times=1000, after=4)
        done = entrepot("blobs", "migrate", "--to", target, *there)
        assert done.returncode == 1
        assert done.stderr.decode().splitlines()[-1].startswith("entrepot: The registry's storage")
        pull(client, digests)
        assert len(where(data)) == 2
        proxy.heal()
        done = entrepot("blobs", "migrate", "--to", target, *there)
        assert done.returncode == 0, done.stderr
        assert where(data) == {(f"{target}/", "sealed")}
        pull(client, digests)
    finally:
        proxy.close()


def test_sealed_layers_become_plain_ones(
    start_on_s3: StartServer, weed: Seaweed, data: Path, entrepot: Entrepot
) -> None:
    place = new_place()
    server = start_on_s3(data, place=place, args=["--work", "false"])
    server.create_repository("app")
    client, digests = pushed(server, 2)
    there = flags(place, weed.url, "--blob-delivery", "redirect")
    assert entrepot("blobs", "migrate", "--to", place, *there).returncode == 0
    assert where(data) == {(f"{place}/", "plain")}
    pull(client, digests)


def test_a_store_that_nobody_reads_is_refused(start_on_s3: StartServer, data: Path, entrepot: Entrepot) -> None:
    start_on_s3(data)
    done = entrepot("blobs", "migrate", "--to", "s3://elsewhere/x")
    assert done.returncode == 2
    assert b"blobs_also" in done.stderr
