"""Lines of whole images and of what belongs to one: manifests of many layers, pushes of what is there, deletion."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing

from bench import pushing
from bench.clients import Client
from bench.compare.contestants import Contestant
from bench.compare.samples import ACTS, LeftOut, Sample
from bench.compare.small import CONFIG_SIZE, small_image
from bench.compare.turns import Effort, Workload, driven
from bench.content import Image, image

AT_ONCE = 16
COUNT = 160
MANY_LAYERS = 100
_TINY = 1 << 10
_NEW = itertools.count(1)


def images() -> Iterator[Workload]:
    """All of them."""
    yield Workload("push_known", "push of an image whose 10 layers are there", ACTS, _push_known)
    yield Workload("manifest_put_100", "manifest `PUT`, 100 layers", ACTS, _put_manifest, hundred)
    yield Workload("put_image_100", "PutImage, 100 layers", ACTS, _put_image, hundred)
    yield Workload("tag_delete", "`DELETE` of a tag", ACTS, _delete_tag, _can_delete_tags)
    yield Workload("batch_delete", "BatchDeleteImage of a tag", ACTS, _batch_delete, lambda it: it.calls())


def hundred(it: Contestant) -> Image:
    """An image of a hundred small layers, which are pushed when it is first needed; its manifest is not."""
    if "hundred" not in it.images:
        layers = [it.content.blob(_TINY) for _ in range(MANY_LAYERS)]
        made = image(it.content.blob(CONFIG_SIZE), layers)
        with closing(it.connect()) as client:
            for blob in made.blobs:
                pushing.in_two(client, it.repository, blob)
        it.images["hundred"] = made
    return it.images["hundred"]


def another(of: Image) -> Image:
    """A new image of the same layers."""
    return image(of.config, of.layers, f"another {next(_NEW)}")


def tagged(it: Contestant, count: int) -> list[str]:
    """So many new images, each with a tag of its own."""
    tags = [f"to-go-{next(_NEW)}" for _ in range(count)]
    with closing(it.connect()) as client:
        for tag in tags:
            pushing.manifest(client, it.repository, another(small_image(it)), tag)
    return tags


def _push_known(it: Contestant, _effort: Effort) -> Sample:
    known = small_image(it)

    def act(client: Client, _number: int) -> None:
        for blob in known.blobs:
            client.ask("HEAD", f"{it.path}/blobs/{blob.digest}", expect=200)
        pushing.manifest(client, it.repository, another(known), f"known-{next(_NEW)}")

    return driven(it, act, COUNT, AT_ONCE, ACTS)


def _put_manifest(it: Contestant, _effort: Effort) -> Sample:
    def act(client: Client, _number: int) -> None:
        pushing.manifest(client, it.repository, another(hundred(it)), f"put-{next(_NEW)}")

    return driven(it, act, COUNT, AT_ONCE, ACTS)


def _put_image(it: Contestant, _effort: Effort) -> Sample:
    caller = it.calls()
    puts = [
        {
            "repositoryName": it.repository,
            "imageManifest": another(hundred(it)).manifest.decode(),
            "imageTag": f"put-image-{next(_NEW)}",
        }
        for _ in range(COUNT)
    ]
    for members in puts:
        caller.signed("PutImage", members)  # signed beforehand: that is work of the client's
    return driven(it, lambda client, number: caller.call(client, "PutImage", **puts[number]), COUNT, AT_ONCE, ACTS)


def _can_delete_tags(it: Contestant) -> None:
    with closing(it.connect()) as client:
        path = f"{it.path}/manifests/{tagged(it, 1)[0]}"
        answer = client.unsigned("DELETE", path, client.headers)
    if answer.status != 202:  # noqa: PLR2004 - Accepted
        raise LeftOut(f"does not delete tags at /v2/ (status {answer.status})")


def _delete_tag(it: Contestant, _effort: Effort) -> Sample:
    tags = tagged(it, COUNT)

    def act(client: Client, number: int) -> None:
        client.ask("DELETE", f"{it.path}/manifests/{tags[number]}", expect=202)

    return driven(it, act, COUNT, AT_ONCE, ACTS)


def _batch_delete(it: Contestant, _effort: Effort) -> Sample:
    caller = it.calls()
    calls = [{"repositoryName": it.repository, "imageIds": [{"imageTag": tag}]} for tag in tagged(it, COUNT)]
    for members in calls:
        caller.signed("BatchDeleteImage", members)
    return driven(
        it, lambda client, number: caller.call(client, "BatchDeleteImage", **calls[number]), COUNT, AT_ONCE, ACTS
    )
