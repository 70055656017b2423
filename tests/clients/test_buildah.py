"""buildah against Entrepot: an index built and pushed with all its images, and one pulled."""

from __future__ import annotations

from pathlib import Path

from tests.support.archives import same_root
from tests.support.clients.buildah import Buildah
from tests.support.clients.ctr import Ctr
from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache, alpine_root
from tests.support.server import Server


def test_two_architectures_built_by_buildah_are_pulled_by_skopeo(
    server: Server, buildah: Buildah, skopeo: Skopeo, repository: str, tmp_path: Path
) -> None:
    reference = f"{server.host}/{repository}:3.20"
    for architecture in ("amd64", "arm64"):
        buildah.build(f"alpine-{architecture}", alpine_root(architecture), architecture)
    digest = buildah.push_index(["alpine-amd64", "alpine-arm64"], reference)

    pulled = skopeo.pull(reference, tmp_path / "pulled")
    assert pulled.digest("latest") == digest
    assert len(pulled.contents(digest)) == 1 + 2 * 3  # the index, and for each image a manifest, a config and a layer
    for architecture in ("amd64", "arm64"):
        layer = pulled.manifest(pulled.child(digest, architecture))["layers"][0]["digest"]
        same_root(pulled.blob_path(layer), alpine_root(architecture))


def test_an_index_pushed_by_ctr_is_pulled_by_buildah(
    server: Server, buildah: Buildah, ctr: Ctr, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    alpine, reference = content.alpine(), f"{server.host}/{repository}:3.20"
    ctr.push(alpine.layout, "latest", reference)
    child = alpine.layout.child(alpine.digest, "amd64")
    assert buildah.pull(reference) == child
    saved = buildah.save(reference, tmp_path / "saved.tar")
    assert saved.layers == alpine.layout.diff_ids(child)
