"""Every command of "Access in ten minutes", run in its order as it stands there: only the port is the test's own."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.access_clients.aws_names import check_namespaces, free_address, inside, make_authority
from tests.clients.test_quickstart import answers
from tests.sts.issuer import Issuer, jwk, rsa_key, serving
from tests.support.clients.docker import Docker
from tests.support.content import alpine_root
from tests.support.processes import Program, free_port, isolated_env, require, run, unavailable
from tests.support.server import COMMAND, READY_SECONDS

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.example.com"
GITHUB = "token.actions.githubusercontent.com"
SECTIONS = (
    *("Access in ten minutes", "First, somebody who is not root", "CI that pushes, without a stored secret"),
    *("Nodes that only pull", "Another account pulls", "Rights by tags", "An endpoint for one network"),
    *("Pulls without a login", "Ask before it happens, and afterwards"),
)


class Block(NamedTuple):
    section: str
    script: str


def blocks() -> list[Block]:
    """The fenced blocks of the page."""
    found = re.finditer(
        r"^#+ (?P<section>[^\n]*)$|^```(?:bash)?\n(?P<script>.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    made: list[Block] = []
    section = ""
    for each in found:
        section = each["section"] or section
        if each["script"]:
            made.append(Block(section, each["script"]))
    return made


class InNamespace(Docker):
    """An engine to which a hosts file of the test's own counts."""

    def __init__(self, folder: Path, hosts: Path) -> None:
        self.hosts = hosts
        super().__init__(folder)

    def _daemon_argv(self, daemon: str) -> list[str]:
        return [*map(str, inside(self.hosts)), *super()._daemon_argv(daemon)]


class Reader:
    """Somebody with a new home, a server, docker, and GitHub's tokens within reach."""

    def __init__(self, folder: Path, data: Path, docker: InNamespace, port: int) -> None:
        self.home, self.docker, self.port, self.data = folder / "home", docker, port, data
        self.env = isolated_env(self.home, DOCKER_HOST=docker.env["DOCKER_HOST"], AWS_PAGER="", ENTREPOT_DATA=str(data))
        tools = self.home / "bin"
        tools.mkdir()
        # The machine's own store is not the test's to fill. podman's paths have to be short, as docker's socket has.
        place = f"--root {docker.folder}/podman --runroot {docker.folder}/podman-run"
        store = f"{place} --cgroup-manager cgroupfs --events-backend none"
        (tools / "podman").write_text(f'#!/bin/sh\nexec {require("podman")} {store} "$@"\n')
        (tools / "podman").chmod(0o755)
        self.env["PATH"] = f"{tools}:{self.env['PATH']}"

    def do(self, script: str) -> str:
        """What a script prints, both outputs together."""
        words = script.replace("<data>", str(self.data)).replace("3277", str(self.port))
        argv = [*inside(self.docker.hosts), require("bash"), "-euo", "pipefail", "-c", f"exec 2>&1\n{words}"]
        return run(argv, env=self.env, cwd=self.home)

    def fails(self, script: str) -> str:
        """What a script prints that does not succeed."""
        with pytest.raises(AssertionError) as caught:
            self.do(f"export AWS_CONFIG_FILE=<data>/aws/config AWS_PROFILE=alice\n{script}")
        return str(caught.value)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, short_folder: Callable[[], Path]) -> Iterator[Reader]:
    if os.geteuid() != 0:
        unavailable("port 443 and a mount namespace need root")
    for program in ("docker", "dockerd", "skopeo", "podman", "aws"):
        require(program)
    folder, address, port = tmp_path_factory.mktemp("page"), free_address(), free_port()
    (hosts := folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {GITHUB}\n127.0.0.1 {REGISTRY}\n")
    check_namespaces(hosts)
    ca, key = make_authority(folder, GITHUB, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca, key)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    argv = [*inside(hosts), COMMAND, "serve", "--port", str(port), "--data", folder / "data"]
    with serving(f"https://{GITHUB}", (address, 443), context) as issuer:
        issuer.publish([jwk(rsa_key())])
        program = Program(argv, log=folder / "serve.log", env=own | {"SSL_CERT_FILE": str(ca)})
        docker = None
        try:
            program.wait_until(lambda: answers(port), READY_SECONDS)
            docker = InNamespace(short_folder(), hosts)
            docker.import_root(alpine_root(), f"localhost:{port}/app:1")
            yield Reader(folder, folder / "data", docker, port)
        finally:
            program.stop()
            if docker:
                docker.close()


def test_the_page_has_the_recipes_that_are_run() -> None:
    assert tuple(dict.fromkeys(block.section for block in blocks())) == SECTIONS


@pytest.mark.clients
@pytest.mark.slow
def test_the_page_runs_as_it_stands(reader: Reader) -> None:
    subject = "repo:octo-org/app:ref:refs/heads/main"
    token = Issuer(f"https://{GITHUB}", datetime.now(UTC)).token(sub=subject)
    (reader.home / "token").write_text(token)
    output = reader.do("".join(f"echo '=== {block.section}'\n{block.script}" for block in blocks()))
    said: dict[str, str] = {}
    for section, text in (part.split("\n", 1) for part in output.split("=== ")[1:]):
        said[section] = said.get(section, "") + text

    assert f'"Arn": "arn:aws:iam::{ACCOUNT}:user/alice"' in said["First, somebody who is not root"]
    assert "1: digest: sha256:" in said["CI that pushes, without a stored secret"]
    assert f"localhost:{reader.port}/app:1" in said["Nodes that only pull"]
    assert f"{REGISTRY}:{reader.port}/app:1" in said["Another account pulls"]
    assert "1: digest: sha256:" in said["Rights by tags"]
    assert "with an explicit deny in a resource-based policy" in said["An endpoint for one network"]
    assert (reader.home / "tools" / "index.json").exists()
    asked = said["Ask before it happens, and afterwards"]
    assert asked.startswith("nothing is odd about it\n")
    assert (
        f"arn:aws:iam::{ACCOUNT}:user/alice on arn:aws:ecr:us-east-1:{ACCOUNT}:repository/app by statement 1" in asked
    )
    assert f"Denied. User: arn:aws:sts::{ACCOUNT}:assumed-role/ci-push/" in asked
    assert asked.rstrip().endswith("ecr:PutImage\tallowed\necr:BatchDeleteImage\timplicitDeny")

    # What the page says is refused.
    push = reader.fails(
        "aws ecr get-login-password --profile node-1 |"
        " docker login --username AWS --password-stdin localhost:3277\ndocker push localhost:3277/app:1"
    )
    assert "not authorized to perform: ecr:InitiateLayerUpload" in push
    for other in ("repo:octo-org/app:ref:refs/heads/else", "repo:others/app:ref:refs/heads/main"):
        (reader.home / "token").write_text(Issuer(f"https://{GITHUB}", datetime.now(UTC)).token(sub=other))
        job = next(block.script for block in blocks() if "AWS_WEB_IDENTITY_TOKEN_FILE" in block.script)
        assert "AccessDenied" in reader.fails(job)
