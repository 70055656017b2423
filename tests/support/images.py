"""Images built in memory, the same bytes for the same arguments every time."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.streams import GZIP_MAGIC

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """A digest as `algorithm:hex`."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def json_bytes(document: Any) -> bytes:
    """A document as the bytes of a manifest or a config."""
    return json.dumps(document, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest or an index with all it refers to: `blobs` (config and layers) and `children` (of an index)."""

    manifest: bytes
    media_type: str
    blobs: tuple[bytes, ...] = ()
    children: tuple[Image, ...] = ()

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    @property
    def document(self) -> dict[str, Any]:
        """The manifest, parsed."""
        return json.loads(self.manifest)

    @property
    def descriptor(self) -> dict[str, Any]:
        """How another manifest refers to this one."""
        return descriptor(self.manifest, self.media_type)

    @property
    def layers(self) -> tuple[bytes, ...]:
        """The blobs without the config."""
        return self.blobs[1:]

    def contents(self) -> dict[str, bytes]:
        """Everything by digest: this manifest, its blobs, its children and theirs."""
        found = {digest_of(blob): blob for blob in self.blobs} | {self.digest: self.manifest}
        for child in self.children:
            found |= child.contents()
        return found


def descriptor(data: bytes, media_type: str, **extra: Any) -> dict[str, Any]:
    """An OCI descriptor of `data`."""
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data), **extra}


def tar_layer(files: Mapping[str, bytes]) -> bytes:
    """An uncompressed layer with these files, all of root's and of 1970."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def gzip_layer(files: Mapping[str, bytes]) -> bytes:
    """`tar_layer`, compressed."""
    return gzip.compress(tar_layer(files), compresslevel=6, mtime=0)


def uncompressed(layer: bytes) -> bytes:
    """The tar inside a layer."""
    return gzip.decompress(layer) if layer.startswith(GZIP_MAGIC) else layer


def image_config(diff_ids: Sequence[str], architecture: str) -> bytes:
    """A config that runs nothing, for `linux` on `architecture` (Go's name of it)."""
    return json_bytes(
        {
            "created": "2024-01-01T00:00:00Z",
            "architecture": architecture,
            "os": "linux",
            "config": {"Cmd": ["/bin/sh"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": list(diff_ids)},
            "history": [{"created": "2024-01-01T00:00:00Z", "created_by": f"layer {n}"} for n in range(len(diff_ids))],
        }
    )


def make_image(
    layers: Sequence[bytes],
    *,
    architecture: str = "amd64",
    docker: bool = False,
    **members: Any,
) -> Image:
    """An image of these layers (tar, gzipped or not); `members` are added to the manifest (annotations, subject)."""
    config = image_config([digest_of(uncompressed(layer)) for layer in layers], architecture)
    kinds = (DOCKER_LAYER_GZIP, DOCKER_LAYER_GZIP) if docker else (OCI_LAYER, OCI_LAYER_GZIP)
    media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": descriptor(config, DOCKER_CONFIG if docker else OCI_CONFIG),
        "layers": [descriptor(layer, kinds[layer.startswith(GZIP_MAGIC)]) for layer in layers],
        **members,
    }
    return Image(json_bytes(manifest), media_type, (config, *layers))


def tiny_image(seed: object = 0, *, docker: bool = False, **members: Any) -> Image:
    """An image of one small layer that no other seed has."""
    return make_image([gzip_layer({"seed.txt": f"{seed}\n".encode()})], docker=docker, **members)


def layered_image(count: int, seed: object = 0) -> Image:
    """An image of `count` small layers, each with a file of its own."""
    layers = [gzip_layer({f"layers/{n:03d}.txt": f"{seed} {n}\n".encode()}) for n in range(count)]
    return make_image(layers)


def make_index(children: Mapping[str, Image], *, docker: bool = False, **members: Any) -> Image:
    """An index of images by architecture (Go's name of it)."""
    media_type = DOCKER_LIST if docker else OCI_INDEX
    entries = [
        child.descriptor | {"platform": {"os": "linux", "architecture": architecture}}
        for architecture, child in children.items()
    ]
    manifest = {"schemaVersion": 2, "mediaType": media_type, "manifests": entries, **members}
    return Image(json_bytes(manifest), media_type, children=tuple(children.values()))


def make_artifact(
    artifact_type: str,
    payload: bytes,
    *,
    subject: Image | None = None,
    **members: Any,
) -> Image:
    """An OCI artifact with an empty config and one layer; with `subject`, a referrer of that image."""
    config = b"{}"
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": artifact_type,
        "config": descriptor(config, OCI_EMPTY),
        "layers": [descriptor(payload, artifact_type)],
        **({"subject": subject.descriptor} if subject else {}),
        **members,
    }
    return Image(json_bytes(manifest), OCI_MANIFEST, (config, payload))


def helm_chart(name: str = "harbour", version: str = "1.2.3") -> Image:
    """What `helm push` sends: the chart's metadata as config, its archive as the only layer."""
    metadata = {"apiVersion": "v2", "name": name, "version": version, "type": "application"}
    chart = gzip_layer({f"{name}/Chart.yaml": "".join(f"{k}: {v}\n" for k, v in metadata.items()).encode()})
    config = json_bytes(metadata)
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(config, HELM_CONFIG),
        "layers": [descriptor(chart, HELM_CHART)],
        "annotations": {"org.opencontainers.image.title": name, "org.opencontainers.image.version": version},
    }
    return Image(json_bytes(manifest), OCI_MANIFEST, (config, chart))


def random_bytes(size: int, seed: object = 0) -> bytes:
    """Bytes that do not compress, the same for the same seed."""
    return random.Random(str(seed)).randbytes(size)
