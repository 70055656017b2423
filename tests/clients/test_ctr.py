"""containerd's ctr against Entrepot: it keeps the registry's bytes, so that each one is compared."""

from __future__ import annotations

from pathlib import Path

from tests.support.clients.ctr import Ctr
from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache
from tests.support.oci import Oci
from tests.support.server import Server


def test_an_index_pushed_by_skopeo_is_pulled_by_ctr_for_all_platforms(
    server: Server, ctr: Ctr, skopeo: Skopeo, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    alpine, reference = content.alpine(), f"{server.host}/{repository}:3.20"
    skopeo.push(alpine.layout, "latest", reference)
    assert ctr.pull(reference, tmp_path / "pulled").contents(alpine.digest) == alpine.contents()


def test_an_index_pushed_by_ctr_keeps_every_digest(
    server: Server, ctr: Ctr, oci: Oci, repository: str, content: ContentCache
) -> None:
    alpine = content.alpine()
    ctr.push(alpine.layout, "latest", f"{server.host}/{repository}:3.20")
    assert oci.head_manifest(repository, "3.20").headers["docker-content-digest"] == alpine.digest
    pulled = oci.pull_image(repository, "3.20")
    assert {digest: len(data) for digest, data in pulled.items()} == alpine.contents()
