"""`entrepot verify`, as an operator runs it beside a server."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import StartServer
from tests.support.engines import database_of
from tests.support.images import Image, digest_of, make_image, make_index, random_bytes, tiny_image
from tests.support.oci import Oci
from tests.support.processes import Program, free_port
from tests.support.server import COMMAND, Server, start_server
from tests.support.stored import Stored
from tests.verify.conftest import flip

LARGE = make_image([random_bytes(3_000_000, "large")])
LAYER = digest_of(LARGE.blobs[1])
INDEX = make_index({"amd64": LARGE, "arm64": tiny_image("arm")})


def entrepot(data: Path, *words: str, code: int = 0, stdin: str = "", **env: str) -> str:
    argv = [COMMAND, "verify", *words, "--data", str(data)]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    done = subprocess.run(
        argv, input=stdin, capture_output=True, text=True, check=False, timeout=300, env={**own, **env}
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code < 2 else done.stderr


def as_json(data: Path, *words: str, code: int = 0, **more: Any) -> Any:
    return json.loads(entrepot(data, "--json", *words, code=code, **more))


def push(server: Server, *images: Image) -> Oci:
    server.create_repository("app")
    client = Oci(server.url, server.password())
    for number, image in enumerate(images):
        client.push_image("app", image, f"tag-{number}")
    return client


def object_of(server: Server, digest: str) -> Path:
    stored = Stored(server.data)
    [name] = stored.rows("SELECT object_id FROM blobs WHERE digest = ?", digest)
    return stored.blobs / name[0] / name[1] / name


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("verify") / "data")
    push(running, INDEX, LARGE)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Another deployment, with other keys, that holds the same images."""
    running = start_server(tmp_path_factory.mktemp("other") / "data")
    push(running, INDEX, LARGE)
    yield running
    running.stop()


def test_a_sound_deployment(server: Server) -> None:
    found = as_json(server.data, "--rate", "0")
    assert found["sound"]
    assert (found["read"]["blobs"], found["read"]["manifests"]) == (4, 3)
    assert found["read"]["bytes"] > 3_000_000
    assert found["storeAndDatabase"]["sound"]
    text = entrepot(server.data)
    assert "store and database agree" in text
    assert text.endswith("0 damaged, 0 missing, 0 unread, 0 repaired\n")


def test_damage_is_told_and_a_copy_repairs_it(server: Server, tmp_path: Path) -> None:
    shutil.copytree(server.data / "blobs", tmp_path / "copy")
    path = object_of(server, LAYER)
    flip(path, 2_500_000)
    object_of(server, digest_of(LARGE.blobs[0])).unlink()
    text = entrepot(server.data, code=1)
    assert f"damaged blob {LAYER} (object {path.name}): frame 2 is not what was stored" in text
    assert "needed by 123456789012/us-east-1/app, tags tag-0, tag-1" in text
    found = as_json(server.data, "--repair-from", str(tmp_path / "copy"))
    assert (found["sound"], found["damaged"], found["missing"], found["repaired"]) == (True, 1, 1, 2)
    assert {each["repairedFrom"] for each in found["findings"]} == {str(tmp_path / "copy")}
    assert as_json(server.data)["findings"] == []
    client = Oci(server.url, server.password())
    assert client.pull_image("app", "tag-0") == INDEX.contents()


def test_a_registry_repairs_it_while_clients_pull(server: Server, other: Server) -> None:
    for digest in (LAYER, digest_of(LARGE.blobs[0])):
        flip(object_of(server, digest), 5)
    client, stop, failed = Oci(server.url, server.password()), threading.Event(), list[int]()
    kept = INDEX.children[1]

    def keep_pulling() -> None:
        while not stop.is_set():
            if client.pull_image("app", kept.digest) != kept.contents():
                failed.append(1)
            status = client.get_blob("app", LAYER).status
            if status not in {200, 500}:
                failed.append(status)

    puller = threading.Thread(target=keep_pulling)
    puller.start()
    try:
        words = ("--repair-from", other.url, "--username", "AWS")
        for _ in range(2):
            refused = as_json(server.data, "--repair-from", other.url, code=1)
            assert {each["refusals"][0] for each in refused["findings"]} == {f"{other.url}: It answers 401 for app."}
        found = as_json(server.data, *words, "--password-env", "SECRET", SECRET=other.password())
    finally:
        stop.set()
        puller.join()
    assert failed == []
    assert (found["sound"], found["damaged"], found["repaired"]) == (True, 2, 2)
    assert client.pull_image("app", "tag-1") == LARGE.contents()
    flip(object_of(server, LAYER), 5)
    assert as_json(server.data, *words, "--password-stdin", stdin=f"{other.password()}\n")["repaired"] == 1


def test_a_manifest_comes_from_a_registry(start: StartServer, other: Server) -> None:
    server = start()
    client = push(server, INDEX, LARGE)
    spoil_manifest(server, LARGE.digest)
    found = as_json(server.data, code=1)
    assert [(each["what"], each["digest"]) for each in found["findings"]] == [("manifest", LARGE.digest)]
    words = ("--repair-from", other.url, "--username", "AWS", "--password-env", "SECRET")
    assert as_json(server.data, *words, SECRET=other.password())["sound"]
    assert client.get_manifest("app", "tag-1").body == LARGE.manifest


def spoil_manifest(server: Server, digest: str) -> None:
    """Changes the row of a manifest behind the server's back."""
    values = (b"{}", digest)
    statement = "UPDATE manifests SET payload = ? WHERE image_id IN (SELECT id FROM images WHERE digest = ?)"
    if url := database_of(server.data):
        with psycopg.connect(url) as connection:
            connection.execute(statement.replace("?", "%s").encode(), values)
        return
    with closing(sqlite3.connect(server.data / "entrepot.db", timeout=30)) as raw:
        raw.execute(statement, values)
        raw.commit()


def test_cncf_distribution_repairs_it(start: StartServer, tmp_path: Path) -> None:
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("docker-registry is not installed")
    server, port = start(), free_port()
    push(server, INDEX, LARGE)
    settings = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    (tmp_path / "registry.json").write_text(json.dumps(settings))
    registry = Program([program, "serve", tmp_path / "registry.json"], log=tmp_path / "registry.log")
    try:
        there = Oci(f"http://localhost:{port}")
        registry.wait_until(lambda: _answers(there), 30)
        there.push_image("app", LARGE, "any")
        flip(object_of(server, LAYER), 77)
        found = as_json(server.data, "--repair-from", there.url)
    finally:
        registry.stop()
    assert (found["sound"], found["repaired"]) == (True, 1)
    assert Oci(server.url, server.password()).pull_image("app", LARGE.digest) == LARGE.contents()


def _answers(client: Oci) -> bool:
    try:
        return client.request("GET", "/v2/").status == 200
    except OSError:
        return False


def test_a_sample_can_be_read_again(server: Server) -> None:
    first = as_json(server.data, "--sample", "40%")
    again = as_json(server.data, "--sample", "40%", "--seed", first["sample"]["seed"])
    assert first["read"]["bytes"] == again["read"]["bytes"]
    assert first["sample"]["share"] == 0.4
    text = entrepot(server.data, "--sample", "40%", "--seed", "mine")
    assert "a sample of 40% (--seed mine)" in text


def test_the_rate_is_kept(server: Server) -> None:
    found = as_json(server.data, "--rate", "2")
    assert found["read"]["seconds"] >= found["read"]["bytes"] / (2 << 20)


def test_progress_goes_to_a_terminal_and_nowhere_else(server: Server) -> None:
    ours, theirs = pty.openpty()
    argv = [COMMAND, "verify", "--json", "--rate", "1", "--data", str(server.data)]
    try:
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=theirs) as running:
            told = os.read(ours, 10_000).decode()
            assert running.stdout is not None
            assert json.loads(running.stdout.read())["sound"]
    finally:
        os.close(ours)
        os.close(theirs)
    assert "of 4 blobs" in told
    done = subprocess.run([*argv[:-2], "--data", str(server.data)], capture_output=True, check=False)
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sample", "0%"), "--sample: '0%'"),
        (("--sample", "5"), "--sample: '5'"),
        (("--sample", "101%"), "--sample: '101%'"),
        (("--rate", "fast"), "--rate: 'fast'"),
        (("--repair-from", "/nowhere"), "no folder with layers"),
        (("--repair-from", "https://u:p@registry.example"), "without a user"),
        (("--username", "AWS"), "exactly one registry"),
        (("--username", "AWS", "--repair-from", "https://a.example"), "needs --password-env or --password-stdin"),
        (("--password-stdin",), "without --username"),
        (
            (
                *("--username", "u", "--password-env", "NO_SUCH"),
                *("--repair-from", "https://a.example", "--repair-from", "https://b.example"),
            ),
            "exactly one registry",
        ),
        (
            ("--username", "u", "--password-env", "NO_SUCH", "--repair-from", "https://a.example"),
            "there is no variable NO_SUCH",
        ),
        (
            ("--username", "u", "--password-stdin", "--repair-from", "http://a.example"),
            "a password goes over https only",
        ),
    ],
)
def test_usage(server: Server, words: tuple[str, ...], told: str) -> None:
    text = entrepot(server.data, *words, code=2)
    assert told in text
    assert text.count("\n") == 1


def test_there_is_nothing_to_verify(tmp_path: Path) -> None:
    argv = [COMMAND, "verify", "--data", str(tmp_path / "none")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, "start `entrepot serve` first" in done.stderr) == (1, True)
    assert not (tmp_path / "none").exists()


def test_it_works_without_a_server(start: StartServer) -> None:
    server = start()
    push(server, LARGE)
    server.terminate()
    assert as_json(server.data)["sound"]
