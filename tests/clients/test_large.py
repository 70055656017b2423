"""Images at the edges: a layer of 1 GiB in bounded memory, a hundred layers."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import StartServer
from tests.support.archives import write_docker_archive
from tests.support.clients.ctr import Ctr
from tests.support.clients.docker import Docker
from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache
from tests.support.server import Server

PEAK_BYTES = 250 << 20


def test_a_layer_of_one_gibibyte_takes_little_memory(start: StartServer, content: ContentCache, tmp_path: Path) -> None:
    # A server of its own: one that served everything else holds on to what the largest requests took.
    server = start(workers=2)
    server.create_repository("large")
    skopeo = Skopeo(tmp_path / "skopeo")
    skopeo.login(server.host, server.password())
    image, reference = content.gibibyte(), f"{server.host}/large:1"
    server.reset_peak_rss()
    skopeo.push(image.layout, "latest", reference)
    pulled = skopeo.pull(reference, tmp_path / "pulled")
    peaks = server.peak_rss()
    assert pulled.contents(image.digest) == image.contents()
    assert max(peaks.values()) < PEAK_BYTES, {pid: f"{peak >> 20} MiB" for pid, peak in peaks.items()}


def test_a_hundred_layers_pushed_by_docker_are_pulled_by_ctr(
    server: Server, docker: Docker, ctr: Ctr, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    image, reference = content.hundred_layers(), f"{server.host}/{repository}:1"
    docker.load(write_docker_archive(image.layout, image.digest, reference, tmp_path / "load.tar"))
    digest = docker.push(reference)
    pulled = ctr.pull(reference, tmp_path / "pulled")
    assert len(pulled.contents(digest)) == 102  # the layers, the config, the manifest
    assert pulled.diff_ids(digest) == image.diff_ids()
