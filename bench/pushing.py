"""How clients push to any registry: a layer in each of the ways that there are, and what an image is made of."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.clients import Body, Client
from bench.content import MANIFEST, Blob, Image

OCTETS = {"Content-Type": "application/octet-stream"}
CHUNK = 16 << 20


def in_three(client: Client, repository: str, blob: Blob) -> None:
    """POST, PATCH with all bytes, PUT: as docker, podman, containerd, skopeo and buildkit do."""
    answer = client.ask("PATCH", _begin(client, repository), OCTETS, blob.body, expect=202)
    _finish(client, answer.headers["location"], blob)


def in_two(client: Client, repository: str, blob: Blob) -> None:
    """POST, and PUT with all bytes."""
    client.ask("PUT", _ending(_begin(client, repository), blob), OCTETS, blob.body, expect=201)


def in_chunks(client: Client, repository: str, blob: Blob, size: int = CHUNK) -> None:
    """POST, a PATCH for every `size` bytes, each with its Content-Range, and PUT."""
    location, start = _begin(client, repository), 0
    for chunk in chunks(blob.body, size):
        length = sum(map(len, chunk))
        headers = OCTETS | {"Content-Range": f"{start}-{start + length - 1}"}
        location = _path(client.ask("PATCH", location, headers, chunk, expect=202).headers["location"])
        start += length
    _finish(client, location, blob)


def missing_blobs(client: Client, repository: str, pushed: Image) -> None:
    """All that an image consists of but its manifest, each blob asked for first, none of which may be there."""
    for blob in pushed.blobs:
        client.ask("HEAD", f"/v2/{repository}/blobs/{blob.digest}", expect=404)
        in_three(client, repository, blob)


def manifest(client: Client, repository: str, pushed: Image, reference: str) -> None:
    """PUT of a manifest, by tag or digest."""
    path = f"/v2/{repository}/manifests/{reference}"
    client.ask("PUT", path, {"Content-Type": MANIFEST}, [pushed.manifest], expect=201)


def chunks(body: Body, size: int) -> Iterator[list[memoryview]]:
    """A body in parts of `size` bytes, the last one smaller, without copying any."""
    part, room = list[memoryview](), size
    for piece in map(memoryview, body):
        start = 0
        while start < len(piece):
            taken = piece[start : start + room]
            part.append(taken)
            start, room = start + len(taken), room - len(taken)
            if not room:
                yield part
                part, room = [], size
    if part:
        yield part


def _begin(client: Client, repository: str) -> str:
    return _path(client.ask("POST", f"/v2/{repository}/blobs/uploads/", expect=202).headers["location"])


def _finish(client: Client, location: str, blob: Blob) -> None:
    client.ask("PUT", _ending(_path(location), blob), expect=201)


def _path(location: str) -> str:
    """What is asked for next: some registries send whole URLs."""
    return urlsplit(location)._replace(scheme="", netloc="").geturl()


def _ending(location: str, blob: Blob) -> str:
    return f"{location}{'&' if '?' in location else '?'}digest={blob.digest}"
