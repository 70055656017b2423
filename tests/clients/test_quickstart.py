"""The README's quick start, run as it stands there: only the port and the data folder are the test's own."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.archives import same_root
from tests.support.clients.docker import Docker
from tests.support.content import alpine_root
from tests.support.processes import Program, free_port, isolated_env, require, run

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## Quick start"
START_SECONDS = 120.0  # `make serve` may have to make its environment first


def quick_start() -> list[str]:
    """The lines of the first fenced block under the heading."""
    block = (ROOT / "README.md").read_text().partition(f"\n{HEADING}\n")[2].split("\n```")[1]
    return block.splitlines()[1:]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the quick start runs: a server started by its first command, a docker engine, a new user's home."""

    port: int
    data: Path
    docker: Docker
    home: Path
    log: Path

    def shell(self, script: str) -> str:
        env = isolated_env(self.home, DOCKER_HOST=self.docker.env["DOCKER_HOST"], AWS_PAGER="")
        return run([require("bash"), "-euo", "pipefail", "-c", script], env=env, cwd=self.home)


@pytest.fixture
def place(tmp_path: Path, short_folder: Callable[[], Path]) -> Iterator[Place]:
    docker = Docker(short_folder())
    try:
        docker.import_root(alpine_root(), "alpine")
        port, data, log = free_port(), tmp_path / "data", tmp_path / "serve.log"
        # Nor what an outer `make test ARGS=...` hands down to every make below it.
        left_out = ("ENTREPOT_", "AWS_", "MAKE", "MFLAGS", "ARGS")
        own = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        env = {**own, "ENTREPOT_PORT": str(port), "ENTREPOT_DATA": str(data)}
        serving = Program([require("make"), "serve"], log=log, env=env, cwd=ROOT)
        try:
            serving.wait_until(lambda: answers(port), START_SECONDS)
            yield Place(port, data, docker, tmp_path / "home", log)
        finally:
            serving.stop()
    finally:
        docker.close()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def test_the_quick_start_has_two_commands_of_make() -> None:
    commands = [line.split("#")[0].strip() for line in quick_start()]
    assert [command for command in commands if command.startswith("make ")] == ["make serve", "make test"]
    assert (commands[0], commands[-1]) == ("make serve", "make test")


def test_the_quick_start_runs_as_it_stands(place: Place, tmp_path: Path) -> None:
    script = "\n".join(quick_start()[1:-1]).replace("<data>", str(place.data)).replace("3277", str(place.port))
    output = place.shell(script)

    assert "Login Succeeded" in output
    described = json.loads(output[output.rindex('{\n    "imageDetails"') :])["imageDetails"]
    assert [(image["repositoryName"], image["imageTags"]) for image in described] == [("hello", ["1"])]
    assert f"digest: {described[0]['imageDigest']}" in output
    assert f"Digest: {described[0]['imageDigest']}" in output

    reference = f"localhost:{place.port}/hello:1"
    place.docker.remove(reference)
    place.shell(f"docker pull {reference}")
    same_root(place.docker.export(reference, tmp_path / "root.tar"), alpine_root())


def test_the_server_prints_what_to_paste(place: Place) -> None:
    assert f"export AWS_CONFIG_FILE={place.data}/aws/config AWS_PROFILE=entrepot" in place.log.read_text()
