"""`docker save` archives: what docker and podman load and save. Layers stay bytes, so that they can be compared."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.support.layout import Layout
from tests.support.streams import chunks_of, digest_of_chunks, plain_chunks

# Docker puts these into every container, or over what the image has in their place.
MOUNTED = {".dockerenv", "dev/console", "dev/pts", "dev/shm"} | {
    f"etc/{name}" for name in ("hostname", "hosts", "mtab", "resolv.conf")
}


@dataclass(frozen=True, slots=True)
class SavedImage:
    """What an archive holds: the config's digest and those of the uncompressed layers, in order."""

    config: str
    layers: list[str]


@dataclass(frozen=True, slots=True)
class Node:
    """One entry of a root filesystem. `content` is a file's digest, a link's target, or empty."""

    kind: bytes
    mode: int
    owner: tuple[int, int]
    content: str


def write_docker_archive(layout: Layout, digest: str, reference: str, archive: Path) -> Path:
    """An archive that `docker load` and `podman load` take, of the image `digest` named `reference`."""
    document = layout.manifest(digest)
    config = document["config"]["digest"].partition(":")[2] + ".json"
    with tarfile.open(archive, "w") as out:
        out.add(layout.blob_path(document["config"]["digest"]), config)
        names = [f"{number:03d}/layer.tar" for number in range(len(document["layers"]))]
        for name, layer in zip(names, document["layers"], strict=True):
            out.add(layout.blob_path(layer["digest"]), name)
        listing = json.dumps([{"Config": config, "RepoTags": [reference], "Layers": names}]).encode()
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(listing)
        out.addfile(entry, io.BytesIO(listing))
    return archive


def read_docker_archive(archive: Path) -> SavedImage:
    """Reads and hashes an archive of one image."""
    with tarfile.open(archive) as packed:
        listing = json.loads(_file(packed, "manifest.json").read())[0]
        config = digest_of_chunks(chunks_of(_file(packed, listing["Config"])))
        layers = [digest_of_chunks(plain_chunks(_file(packed, name))) for name in listing["Layers"]]
    return SavedImage(config, layers)


def tree_of(stream: IO[bytes]) -> dict[str, Node]:
    """The root filesystem in a tar, gzipped or not, by path without a leading `./` or trailing `/`."""
    found: dict[str, Node] = {}
    with tarfile.open(fileobj=stream, mode="r:*") as packed:
        for entry in packed:
            name = entry.name.removeprefix("./").strip("/")
            if name not in ("", "."):
                found[name] = _node(packed, entry)
    return found


def same_root(found: Path, wanted: Path) -> None:
    """AssertionError unless two tars hold the same root filesystem, but for what an engine mounts into a container."""
    trees = [tree_of_file(path) for path in (found, wanted)]
    assert len(trees[1]) > 1
    only_found, only_wanted = (set(one) - set(other) for one, other in (trees, trees[::-1]))
    assert (only_found, only_wanted) == (set(), set())
    assert [name for name in trees[0] if trees[0][name] != trees[1][name]] == []


def tree_of_file(path: Path) -> dict[str, Node]:
    """`tree_of`, without what an engine mounts."""
    with path.open("rb") as stream:
        return {name: node for name, node in tree_of(stream).items() if name not in MOUNTED}


def _node(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> Node:
    content = entry.linkname.removeprefix("./") if entry.islnk() else entry.linkname
    if entry.isreg():
        content = digest_of_chunks(chunks_of(_file(packed, entry)))
    return Node(entry.type, entry.mode & 0o7777, (entry.uid, entry.gid), content)


def _file(packed: tarfile.TarFile, name: str | tarfile.TarInfo) -> IO[bytes]:
    # Podman saves repeated layers as symbolic links into the archive: extractfile follows them.
    found = packed.extractfile(name)
    assert found is not None, f"{name} is not a file of the archive"
    return found
