"""The first start makes everything, for its owner only; the second finds it; one that is killed spoils nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.faults.commands import mode, snapshot
from tests.support import engines
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.processes import Program, free_port
from tests.support.server import COMMAND, Server

LOOSE_SECONDS = 10.0  # what counts is the 2 s that are printed: a busy machine must not fail a test
STEPS = [
    "blobs",
    "aws",
    "master.key.new",
    "master.key",
    "entrepot.db",
    "entrepot.db-journal",
    "entrepot.db-wal",
    "blobs/locks",
    "blobs/f/f",
    "aws/config.new",
    "aws/config",
]


def assert_works(server: Server) -> None:
    server.create_repository("works")
    oci, image = Oci(server.url, server.password()), tiny_image("works")
    oci.push_image("works", image, "1")
    assert oci.pull_image("works", "1") == image.contents()


def test_what_is_made_is_its_owners_only(start: StartServer, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        server = start(tmp_path / "data")
    finally:
        os.umask(before)
    assert_works(server)
    folders = [server.data, *(path for path in server.data.rglob("*") if path.is_dir())]
    assert {path: mode(path) for path in folders} == dict.fromkeys(folders, 0o700)
    files = [path for path in server.data.rglob("*") if path.is_file()]
    database = set[str]() if engines.on_postgres() else {"entrepot.db", "entrepot.db-wal"}
    assert {"master.key", "config", *database} <= {path.name for path in files}
    assert {path: mode(path) for path in files if mode(path) & 0o177} == {}


def test_a_second_start_finds_what_the_first_made(start: StartServer) -> None:
    first = start(region="eu-west-3", account="210987654321")
    keys, image = first.keys, tiny_image("kept")
    first.create_repository("kept")
    digest = Oci(first.url, first.password()).push_image("kept", image, "1")
    assert first.terminate() == 0
    files = snapshot(first.data)
    second = start(first.data, region="eu-west-3", account="210987654321")
    assert (second.keys, second.region) == (keys, "eu-west-3")
    assert second.boto3("sts").get_caller_identity()["Account"] == "210987654321"
    assert Oci(second.url, second.password()).pull_image("kept", "1") == image.contents()
    details = second.boto3().describe_images(repositoryName="kept")["imageDetails"]
    assert [detail["imageDigest"] for detail in details] == [digest]
    assert snapshot(second.data)["master.key"] == files["master.key"]


def test_a_password_outlives_a_restart(start: StartServer) -> None:
    first = start()
    password = first.password()
    assert first.terminate() == 0
    Oci(start(first.data).url, password).request("GET", "/v2/").expect(200)


def test_the_first_answer_comes_soon(start: StartServer, tmp_path: Path) -> None:
    for which in ("first", "second"):
        began = time.monotonic()
        server = start(tmp_path / "data")
        seconds = time.monotonic() - began
        print(f"{which} start to first answer: {seconds:.2f} s")  # noqa: T201
        assert seconds < LOOSE_SECONDS
        assert server.terminate() == 0


@pytest.mark.parametrize("step", STEPS)
def test_a_first_start_that_is_killed_is_begun_again(start: StartServer, tmp_path: Path, step: str) -> None:
    """Killed as soon as it has made the one thing: perhaps it is still empty."""
    data = tmp_path / "data"
    program = Program([COMMAND, "serve", "--data", data, "--port", str(free_port())], log=tmp_path / "killed.log")
    try:
        wait_for(data / step, program)
    finally:
        program.kill_hard()
    assert_works(start(data))


def wait_for(path: Path, program: Program) -> None:
    """Looks without a pause, so as not to miss a moment; what has come and gone already will do too."""
    deadline = time.monotonic() + 30
    last = path.parent.parent / "aws" / "config"
    while not path.exists() and not last.exists() and time.monotonic() < deadline:
        if not program.running:
            raise AssertionError(program.log_text())
