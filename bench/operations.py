"""The requests that are measured: each is one act of a client, one HTTP request or all that a push or pull takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench.clients import Client
from bench.content import MANIFEST
from bench.world import KIB, MIB, PAGE, REPOSITORY, World

ACCEPT = {"Accept": MANIFEST}

Act = Callable[[World, Client, int], object]


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is the key in the results. `size` is how many bytes it moves, about.

    It `writes` if it changes anything, and is `long` if it takes many requests.
    """

    name: str
    title: str
    act: Act
    size: int = 0
    writes: bool = False
    long: bool = False


def operations(world: World) -> tuple[Operation, ...]:
    """All of them, for the sizes of that world. Deletion comes last: it takes what the others made."""
    return (*_questions(), *_transfers(world.sizes), *_images(world.layers * world.layer_size))


def _questions() -> Iterator[Operation]:
    manifest, blob = f"/v2/{REPOSITORY}/manifests/", f"/v2/{REPOSITORY}/blobs/"

    def manifest_of(method: str, by: str) -> Act:
        def act(world: World, client: Client, _number: int) -> object:
            reference = "small" if by == "tag" else world.small.digest
            return client.ask(method, manifest + reference, ACCEPT, expect=200)

        return act

    yield Operation("challenge", "`GET /v2/` without credentials", lambda w, c, _: w.ask_first(c))
    yield Operation("ping", "`GET /v2/`", lambda _w, c, _: c.ask("GET", "/v2/", expect=200))
    yield Operation("login", "GetAuthorizationToken", lambda w, c, _: w.call(c, "GetAuthorizationToken"))
    yield Operation("bearer", "`GET /v2/_token`", lambda _w, c, _: c.ask("GET", "/v2/_token", expect=200))
    for method in ("HEAD", "GET"):
        for by in ("tag", "digest"):
            name = f"manifest_{method.lower()}_{by}"
            yield Operation(name, f"manifest `{method}` by {by}", manifest_of(method, by))
    there = lambda w, c, _: c.ask("HEAD", blob + w.small.layers[0].digest, expect=200)  # noqa: E731 - one of many
    absent = lambda _w, c, n: c.ask("HEAD", f"{blob}sha256:{n:064x}", expect=404)  # noqa: E731 - as above
    yield Operation("blob_head", "layer `HEAD`, there", there)
    yield Operation("blob_head_absent", "layer `HEAD`, not there", absent)
    yield Operation("layers_check", "BatchCheckLayerAvailability of an image's layers", _check_layers)
    yield Operation("describe_repositories", "DescribeRepositories", lambda w, c, _: w.call(c, "DescribeRepositories"))
    yield Operation("describe_images", f"DescribeImages, a page of {PAGE}", _describe_images)


def _transfers(sizes: Sequence[int]) -> Iterator[Operation]:
    for size in sizes:
        title = _title(size)
        yield Operation(f"blob_get_{size}", f"layer `GET`, {title}", partial(_get_blob, size), size)
    for size in sizes:
        title = _title(size)
        three, two = partial(_push, size, World.push_in_three), partial(_push, size, World.push_in_two)
        yield Operation(f"blob_push_{size}", f"layer push (POST, PATCH, PUT), {title}", three, size, writes=True)
        yield Operation(f"blob_put_{size}", f"layer push (POST, PUT), {title}", two, size, writes=True)


def _images(size: int) -> Iterator[Operation]:
    yield Operation("manifest_put", "manifest `PUT`, all layers there", _put_manifest, writes=True)
    yield Operation("image_push", "push of a new image", _push_image, size, writes=True)
    yield Operation("image_push_known", "push of an image, all layers there", _push_known, writes=True, long=True)
    yield Operation("image_pull", "pull of an image", _pull_image, size)
    yield Operation("delete", "BatchDeleteImage of one image", _delete, writes=True)


def _title(size: int) -> str:
    return f"{size // MIB} MiB" if size >= MIB else f"{size // KIB} KiB"


def _check_layers(world: World, client: Client, _number: int) -> None:
    digests = [each.digest for each in world.small.layers]
    world.call(client, "BatchCheckLayerAvailability", repositoryName=REPOSITORY, layerDigests=digests)


def _describe_images(world: World, client: Client, _number: int) -> None:
    world.call(client, "DescribeImages", repositoryName=REPOSITORY, maxResults=PAGE)


def _get_blob(size: int, world: World, client: Client, _number: int) -> None:
    client.download(f"/v2/{REPOSITORY}/blobs/{world.blobs[size].digest}")


def _push(size: int, how: Callable[[World, Client, int], object], world: World, client: Client, _number: int) -> None:
    how(world, client, size)


def _put_manifest(world: World, client: Client, number: int) -> None:
    image = world.same_layers(f"put {number}")
    world.put_manifest(client, image, f"put-{number}")
    world.spare.append(image.digest)


def _push_image(world: World, client: Client, number: int) -> None:
    image = world.new_image(world.layer_size)
    world.ask_first(client)
    world.push_blobs(client, image)
    world.put_manifest(client, image, f"new-{number}")


def _push_known(world: World, client: Client, number: int) -> None:
    image = world.same_layers(f"known {number}")
    world.ask_first(client)
    for blob in image.blobs:
        client.ask("HEAD", f"/v2/{REPOSITORY}/blobs/{blob.digest}", expect=200)
    world.put_manifest(client, image, f"known-{number}")
    world.spare.append(image.digest)


def _pull_image(world: World, client: Client, _number: int) -> None:
    world.ask_first(client)
    head = client.ask("HEAD", f"/v2/{REPOSITORY}/manifests/latest", ACCEPT, expect=200)
    path = f"/v2/{REPOSITORY}/manifests/{head.headers['docker-content-digest']}"
    client.ask("GET", path, ACCEPT, expect=200)
    for blob in world.large.blobs:
        client.download(f"/v2/{REPOSITORY}/blobs/{blob.digest}")


def _delete(world: World, client: Client, _number: int) -> None:
    ids = [{"imageDigest": world.spare.pop()}]
    world.call(client, "BatchDeleteImage", repositoryName=REPOSITORY, imageIds=ids)
