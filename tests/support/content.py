"""Real and large images as OCI layouts on disk, each made once for a test session."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.support.images import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER_GZIP,
    OCI_MANIFEST,
    descriptor,
    image_config,
    json_bytes,
    layered_image,
)
from tests.support.layout import Layout, write_image
from tests.support.processes import require, run, unavailable
from tests.support.streams import CHUNK, file_chunks, gzipped, plain_chunks

GIBIBYTE = 1 << 30
RETRIES = '--aptopt=Acquire::Retries "3"'
TAG = "latest"
SHARED_IMAGES = Path(__file__).resolve().parents[3] / "shared" / "images"
ALPINE = {"amd64": "alpine-minirootfs-3.20.3-x86_64.tar.gz", "arm64": "alpine-minirootfs-3.20.3-aarch64.tar.gz"}


@dataclass(frozen=True, slots=True)
class Content:
    """An image in a layout, under the tag `latest`."""

    layout: Layout

    @property
    def digest(self) -> str:
        return self.layout.digest(TAG)

    def contents(self) -> dict[str, int]:
        """Size by digest of all manifests and blobs."""
        return self.layout.contents(self.digest)

    def diff_ids(self) -> list[str]:
        """The digests of the uncompressed layers."""
        return self.layout.diff_ids(self.digest)


class ContentCache:
    """Makes each content at its first use, under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, Content] = {}

    def debian(self) -> Content:
        """Debian's essential packages in one gzipped layer, installed from the machine's package mirror."""
        return self._once("debian", lambda layout: _one_layer(layout, file_chunks(self.debian_root())))

    def debian_root(self) -> Path:
        """The same as a root filesystem in a tar."""
        root = self.folder / "debian.tar"
        if not root.exists():
            _bootstrap_debian(root)
        return root

    def alpine(self) -> Content:
        """Alpine for amd64 and arm64 as an index."""
        return self._once("alpine", _alpine_index)

    def gibibyte(self) -> Content:
        """One layer with one file of 1 GiB that does not compress."""
        return self._once("gibibyte", lambda layout: _one_layer(layout, _tar_of_noise(GIBIBYTE), level=0))

    def hundred_layers(self) -> Content:
        """A hundred layers, each with a file of its own."""
        return self._once("hundred", lambda layout: write_image(layout, layered_image(100), TAG))

    def _once(self, name: str, build: Callable[[Layout], object]) -> Content:
        if name not in self._made:
            layout = Layout(self.folder / name)
            build(layout)
            self._made[name] = Content(layout)
        return self._made[name]


def alpine_root(architecture: str = "amd64") -> Path:
    """The gzipped root filesystem of Alpine for an architecture (Go's name of it)."""
    root = SHARED_IMAGES / ALPINE[architecture]
    return root if root.exists() else unavailable(f"no Alpine root filesystem: {root.name} is not in shared/images")


def _bootstrap_debian(root: Path) -> None:
    builder, staged = require("mmdebstrap"), root.with_suffix(".part.tar")
    try:
        run([builder, "--variant=essential", "--mode=root", "--quiet", RETRIES, "bookworm", staged])
    except AssertionError as error:
        unavailable(f"mmdebstrap failed (it needs root and a package mirror): {str(error)[-500:]}")
    staged.rename(root)


def _alpine_index(layout: Layout) -> None:
    entries: list[Any] = []
    for architecture in ALPINE:
        with alpine_root(architecture).open("rb") as root:
            digest = _one_layer(layout, plain_chunks(root), architecture=architecture)
        platform = {"os": "linux", "architecture": architecture}
        entries.append(descriptor(layout.blob(digest), OCI_MANIFEST, platform=platform))
    index = json_bytes({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
    layout.add(index)
    layout.tag(TAG, descriptor(index, OCI_INDEX))


def _one_layer(layout: Layout, tar: Iterable[bytes], *, architecture: str = "amd64", level: int = 1) -> str:
    diff = hashlib.sha256()
    digest, size = layout.add_stream(gzipped(tar, level, diff.update))
    config = image_config([f"sha256:{diff.hexdigest()}"], architecture)
    layout.add(config)
    manifest = json_bytes(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(config, OCI_CONFIG),
            "layers": [{"mediaType": OCI_LAYER_GZIP, "digest": digest, "size": size}],
        }
    )
    layout.tag(TAG, descriptor(manifest, OCI_MANIFEST))
    return layout.add(manifest)


def _tar_of_noise(size: int) -> Iterator[bytes]:
    """A tar with one file of `size` bytes (a multiple of 1 MiB) of AES-CTR key stream."""
    entry = tarfile.TarInfo("noise.bin")
    entry.size = size
    yield entry.tobuf(tarfile.USTAR_FORMAT)
    stream = Cipher(algorithms.AES(bytes(32)), modes.CTR(bytes(16))).encryptor()
    zeros = bytes(CHUNK)
    for _ in range(size // CHUNK):
        yield stream.update(zeros)
    yield bytes(tarfile.BLOCKSIZE * 2)
