"""skopeo against Entrepot: copies between layouts and repositories in which nothing may change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache
from tests.support.images import Image, helm_chart, make_artifact, make_index, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci
from tests.support.server import Server

IMAGES = {
    "an OCI image": lambda: tiny_image("skopeo oci"),
    "a Helm chart": helm_chart,
    "an artifact": lambda: make_artifact("application/vnd.example.report", b"fine\n"),
}


@pytest.mark.parametrize("image", [build() for build in IMAGES.values()], ids=list(IMAGES))
def test_skopeo_gets_back_what_it_pushed(
    server: Server, skopeo: Skopeo, repository: str, image: Image, tmp_path: Path
) -> None:
    reference, layout = f"{server.host}/{repository}:v", Layout(tmp_path / "source")
    write_image(layout, image, "v")
    skopeo.push(layout, "v", reference)
    pulled = skopeo.pull(reference, tmp_path / "pulled", "v")
    assert pulled.contents(image.digest) == layout.contents(image.digest)
    assert pulled.digest("v") == image.digest


def test_a_docker_manifest_list_is_copied_to_another_repository(
    server: Server, skopeo: Skopeo, oci: Oci, new_name: Callable[[], str]
) -> None:
    image = make_index({name: tiny_image(name, docker=True) for name in ("amd64", "arm64")}, docker=True)
    first, second = new_name(), new_name()
    for name in (first, second):
        server.create_repository(name)
    oci.push_image(first, image, "v")
    skopeo.copy(f"{server.host}/{first}:v", f"{server.host}/{second}:copy")
    assert oci.pull_image(second, "copy") == image.contents()


def test_an_index_is_copied_to_another_repository(
    server: Server, skopeo: Skopeo, new_name: Callable[[], str], content: ContentCache, tmp_path: Path
) -> None:
    alpine = content.alpine()
    first, second = (server.create_repository(new_name()) for _ in range(2))
    skopeo.push(alpine.layout, "latest", f"{first}:3.20")
    skopeo.copy(f"{first}:3.20", f"{second}:copy")
    assert skopeo.pull(f"{second}:copy", tmp_path / "pulled").contents(alpine.digest) == alpine.contents()


def test_skopeo_inspects_and_deletes(server: Server, skopeo: Skopeo, repository: str, ecr: Any, tmp_path: Path) -> None:
    reference, layout = f"{server.host}/{repository}", Layout(tmp_path / "source")
    image = tiny_image("skopeo delete")
    write_image(layout, image, "v")
    for tag in ("one", "two"):
        skopeo.push(layout, "v", f"{reference}:{tag}")
    seen = skopeo.inspect(f"{reference}:one")
    assert (seen["Digest"], seen["RepoTags"]) == (image.digest, ["one", "two"])
    skopeo.delete(f"{reference}:one")
    assert ecr.list_images(repositoryName=repository)["imageIds"] == []
