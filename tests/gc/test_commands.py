"""`entrepot gc` and `entrepot worker`, as an operator runs them."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import engines
from tests.support.images import Image, digest_of, tiny_image
from tests.support.oci import Oci
from tests.support.processes import Program
from tests.support.server import COMMAND, Server, start_server
from tests.support.stored import is_stored

KEPT, LOST = tiny_image("kept"), tiny_image("lost")
SIZE = sum(len(data) for data in LOST.blobs)


def entrepot(data: Path, *words: str, code: int = 0) -> str:
    argv = [COMMAND, *words, "--data", str(data), "--gc-delay", "0s"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def files(server: Server) -> list[Path]:
    return [path for path in (server.data / "blobs").rglob("*") if is_stored(path)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that leaves the work to others, without a delay."""
    data = tmp_path_factory.mktemp("commands") / "data"
    running = start_server(data, args=["--gc-delay", "0s", "--work", "false"])
    running.create_repository("app")
    yield running
    running.stop()


@pytest.fixture
def garbage(server: Server) -> Server:
    """With one image, and what was another."""
    oci = Oci(server.url, server.password())
    for image in (KEPT, LOST):
        oci.push_image("app", image)
    oci.delete_manifest("app", LOST.digest).expect(202)
    return server


def test_status_run_and_verify(garbage: Server) -> None:
    data = garbage.data
    before: dict[str, Any] = json.loads(entrepot(data, "gc", "status", "--json"))
    assert before["delay"] == "0s"
    assert before["queues"]["layer reviews"]["waiting"] == before["queues"]["layer reviews"]["due"] == 2
    assert "layer reviews" in (text := entrepot(data, "gc", "status"))
    assert "ago" in text
    assert len(files(garbage)) == 4
    done = json.loads(entrepot(data, "gc", "run", "--json"))
    assert done == {"reviews": 4, "layers": 2, "blobs": 2, "objects": 2}
    assert entrepot(data, "gc", "run") == "0 reviews: 0 layers let go, 0 blobs and 0 objects deleted\n"
    assert len(files(garbage)) == 2
    [freed] = json.loads(entrepot(data, "gc", "status", "--json"))["repositories"]
    assert (freed["repositoryName"], freed["objects"] % 2, freed["objectBytes"] % SIZE) == ("app", 0, 0)
    assert f"123456789012/us-east-1/app  {freed['layers']:>6}" in entrepot(data, "gc", "status")
    assert entrepot(data, "gc", "verify").endswith("store and database agree\n")
    pull(garbage, KEPT)


def pull(server: Server, image: Image) -> None:
    assert Oci(server.url, server.password()).pull_image("app", image.digest) == image.contents()


def test_verify_finds_a_missing_blob_and_an_orphan(garbage: Server) -> None:
    entrepot(garbage.data, "gc", "run")
    path = max(files(garbage), key=lambda path: path.stat().st_size)
    hidden = path.with_suffix(".hidden")
    path.rename(hidden)
    orphan = path.with_name(path.name[:2] + "0" * 30)
    orphan.write_bytes(b"of nobody")
    os.utime(orphan, (then := time.time() - 3 * 3600, then))
    try:
        found = json.loads(entrepot(garbage.data, "gc", "verify", "--json", code=1))
        text = entrepot(garbage.data, "gc", "verify", code=1)
    finally:
        hidden.rename(path)
        orphan.unlink()
    [missing] = found["missing"]
    assert missing.startswith(tuple(digest_of(data) for data in KEPT.blobs))
    assert missing.endswith(f"({path.name})")
    assert found["orphans"] == [orphan.name]
    assert not found["sound"]
    assert missing in text
    assert orphan.name in text
    assert text.endswith("store and database do not agree\n")


def test_a_worker_does_what_the_server_leaves(garbage: Server, tmp_path: Path) -> None:
    argv = [COMMAND, "worker", "--data", garbage.data, "--gc-delay", "0s"]
    entrepot(garbage.data, "gc", "verify")
    worker = Program(argv, log=tmp_path / "worker.log")
    try:
        worker.wait_until(lambda: "collected garbage" in worker.log_text(), 30)
        assert len(files(garbage)) == 2
        assert worker.terminate() == 0
    finally:
        worker.stop()
    assert "error" not in worker.log_text().lower()
    pull(garbage, KEPT)


def test_a_worker_needs_a_deployment(tmp_path: Path) -> None:
    done = subprocess.run([COMMAND, "worker", "--data", tmp_path / "none"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "start `entrepot serve` first" in done.stderr
    assert not engines.database_of(tmp_path / "none")
