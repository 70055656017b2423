"""OCI image layouts: folders with `oci-layout`, `index.json`, `blobs/ALGORITHM/HEX` (OCI image-spec, image-layout)."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.support.images import OCI_INDEX, Image, digest_of, json_bytes
from tests.support.streams import digest_of_chunks, file_chunks, plain_chunks

REF_NAME = "org.opencontainers.image.ref.name"


class Layout:
    """A layout on disk. Tags are the ref-name annotations of its index."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        (path / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
        if not (path / "index.json").exists():
            (path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
            self._write_index([])

    def blob_path(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        return self.path / "blobs" / algorithm / value

    def blob(self, digest: str) -> bytes:
        return self.blob_path(digest).read_bytes()

    def add(self, data: bytes) -> str:
        """Stores a blob or a manifest; returns its digest."""
        digest = digest_of(data)
        self.blob_path(digest).write_bytes(data)
        return digest

    def add_stream(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Stores a blob of any size; returns its digest and how many bytes it has."""
        digest, size, staged = hashlib.sha256(), 0, self.path / "staged"
        with staged.open("wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
        name = f"sha256:{digest.hexdigest()}"
        staged.rename(self.blob_path(name))
        return name, size

    def tag(self, tag: str, descriptor: dict[str, Any]) -> None:
        """Makes `tag` name a manifest that was added."""
        entries = [entry for entry in self.entries() if entry.get("annotations", {}).get(REF_NAME) != tag]
        self._write_index([*entries, descriptor | {"annotations": {REF_NAME: tag}}])

    def entries(self) -> list[dict[str, Any]]:
        """The descriptors of `index.json`."""
        return json.loads((self.path / "index.json").read_text())["manifests"]

    def descriptor(self, tag: str) -> dict[str, Any]:
        """What `tag` names; KeyError where there is no such tag."""
        for entry in self.entries():
            if entry.get("annotations", {}).get(REF_NAME) == tag:
                return entry
        raise KeyError(tag)

    def digest(self, tag: str) -> str:
        return str(self.descriptor(tag)["digest"])

    def manifest(self, digest: str) -> dict[str, Any]:
        return json.loads(self.blob(digest))

    def contents(self, digest: str) -> dict[str, int]:
        """Size by digest of everything that a manifest refers to, itself included; each one's bytes are hashed anew."""
        found = {digest: self._verified_size(digest)}
        document = self.manifest(digest)
        for child in document.get("manifests", []):
            found |= self.contents(child["digest"])
        for blob in [document["config"], *document["layers"]] if "config" in document else []:
            found[blob["digest"]] = self._verified_size(blob["digest"])
            assert found[blob["digest"]] == blob["size"]
        return found

    def diff_ids(self, digest: str) -> list[str]:
        """The digests of the uncompressed layers of an image: what stays the same when a client compresses anew."""
        return [self._diff_id(layer["digest"]) for layer in self.manifest(digest)["layers"]]

    def child(self, digest: str, architecture: str) -> str:
        """The digest of the image for `architecture` in an index."""
        entries = self.manifest(digest)["manifests"]
        return next(e["digest"] for e in entries if e["platform"]["architecture"] == architecture)

    def _verified_size(self, digest: str) -> int:
        path = self.blob_path(digest)
        found = digest_of_chunks(file_chunks(path), digest.partition(":")[0])
        assert found == digest, f"{digest} holds {found}"
        return path.stat().st_size

    def _diff_id(self, digest: str) -> str:
        with self.blob_path(digest).open("rb") as layer:
            return digest_of_chunks(plain_chunks(layer))

    def _write_index(self, entries: list[dict[str, Any]]) -> None:
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
        (self.path / "index.json").write_bytes(json_bytes(document))


def write_image(layout: Layout, image: Image, tag: str) -> str:
    """Stores an image built in memory under `tag`; returns its digest."""
    for data in image.contents().values():
        layout.add(data)
    layout.tag(tag, image.descriptor)
    return image.digest


def read_archive(archive: Path, into: Path) -> Layout:
    """Unpacks an `oci-archive` (a layout in a tar, as ctr and buildah write it)."""
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    return Layout(into)


def write_archive(layout: Layout, archive: Path) -> Path:
    """Packs a layout into a tar."""
    with tarfile.open(archive, "w") as packed:
        for name in ("oci-layout", "index.json", "blobs"):
            packed.add(layout.path / name, name)
    return archive
