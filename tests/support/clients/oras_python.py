"""oras-py: artifacts and what refers to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import oras.client
import oras.container

from tests.support.images import Image


class Oras:
    """A client of one registry; `folder` holds its credentials."""

    def __init__(self, host: str, folder: Path) -> None:
        self.host = host
        self.folder = folder
        self.client: Any = oras.client.OrasClient(hostname=host, insecure=True, auth_backend="basic")

    def login(self, password: str) -> None:
        self.client.login(
            username="AWS",
            password=password,
            hostname=self.host,
            config_path=str(self.folder / "config.json"),
        )

    def push_files(self, reference: str, folder: Path, names: list[str], **settings: Any) -> str:
        """`oras push`: files as an artifact; returns the digest that the server reports."""
        files = [str(folder / name) for name in names]
        answer = self.client.push(target=reference, files=files, disable_path_validation=True, **settings)
        return answer.headers["Docker-Content-Digest"]

    def pull_files(self, reference: str, into: Path) -> list[Path]:
        """`oras pull`: the artifact's files."""
        return [Path(name) for name in self.client.pull(target=reference, outdir=str(into))]

    def push_image(self, reference: str, image: Image, folder: Path) -> str:
        """Blob by blob, then the manifest as it is; returns the digest that the server reports."""
        container = oras.container.Container(reference)
        document = image.document
        for blob, layer in zip(image.blobs, [document["config"], *document["layers"]], strict=True):
            path = folder / layer["digest"].replace(":", "-")
            path.write_bytes(blob)
            assert self.client.upload_blob(str(path), container, layer).ok
        answer = self.client.upload_manifest(document, container)
        assert answer.ok, answer.text
        return answer.headers["Docker-Content-Digest"]

    def get_manifest(self, reference: str) -> dict[str, Any]:
        return self.client.get_manifest(oras.container.Container(reference))

    def get_blob(self, reference: str, digest: str) -> bytes:
        return self.client.get_blob(oras.container.Container(reference), digest).content

    def get_tags(self, reference: str) -> list[str]:
        return self.client.get_tags(oras.container.Container(reference))
