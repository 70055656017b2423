"""What docker does when it is told that its requests come too fast: it ends, and begins again when it is told to."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.support.archives import write_docker_archive
from tests.support.clients.docker import Docker
from tests.support.images import layered_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci

LAYERS = 8
SECONDS = 60.0


@pytest.mark.clients
def test_docker_ends_at_a_refusal_and_keeps_what_was_pushed(
    start: StartServer, short_folder: Callable[[], Path], tmp_path: Path
) -> None:
    server = start(args=["--rate-limits", f"GetDownloadUrlForLayer=1:{LAYERS // 2},InitiateLayerUpload=4:4"])
    reference, password = f"{server.create_repository('app')}:v", server.password()
    image = layered_image(LAYERS)
    write_image(layout := Layout(tmp_path / "layout"), image, "v")
    docker = Docker(short_folder())
    try:
        docker.login(server.host, password)
        docker.load(write_docker_archive(layout, image.digest, reference, tmp_path / "load.tar"))
        with pytest.raises(AssertionError, match="toomanyrequests: Rate exceeded"):
            docker.push(reference)
        digest = pushed(docker, reference)
        there = Oci(server.url, password).head_manifest("app", "v").expect(200)
        assert there.headers["docker-content-digest"] == digest
        docker.remove(reference)
        with pytest.raises(AssertionError, match="toomanyrequests: Rate exceeded"):
            docker.pull(reference)
    finally:
        docker.close()


def pushed(docker: Docker, reference: str) -> str:
    """The digest, once pushes that each go on where the one before ended have sent everything."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return docker.push(reference)
        except AssertionError as error:
            if "toomanyrequests" not in str(error) or time.monotonic() > deadline:
                raise
