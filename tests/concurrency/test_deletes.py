"""Deletes that race with pushes: nothing dangles, nobody sees half of anything, and no answer is a server error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tests.concurrency.crowd import at_once, later
from tests.support.images import digest_of, make_index, tiny_image
from tests.support.oci import Answer, Oci
from tests.support.server import Server

TURNS = 12


def push_by_hand(oci: Oci, repository: str, seed: object, tag: str) -> list[Answer]:
    """Every answer of a push, whatever it is."""
    image, answers = tiny_image(seed), list[Answer]()
    for blob in image.blobs:
        begun = oci.request("POST", f"/v2/{repository}/blobs/uploads/")
        answers.append(begun)
        if begun.status == 202:
            answers.append(oci.finish_upload(oci.location(begun), digest_of(blob), blob))
    return [*answers, oci.put_manifest(repository, tag, image.manifest, image.media_type)]


def test_tag_and_image_come_and_go_together(oci: Oci, repository: str) -> None:
    images = [tiny_image(f"come and go {number}") for number in range(3)]
    for image in images:
        oci.push_image(repository, image)
    known = {image.digest: image for image in images}

    def write(number: int) -> None:
        for turn in range(TURNS):
            image = images[(number + turn) % 3]
            oci.put_manifest(repository, "tag", image.manifest, image.media_type).expect(201)

    def delete(number: int) -> None:
        for turn in range(TURNS):
            reference = "tag" if number else images[turn % 3].digest
            oci.delete_manifest(repository, reference).expect(202, 404)

    def read() -> None:
        for _ in range(TURNS):
            answer = oci.get_manifest(repository, "tag").expect(200, 404)
            if answer.status == 200:
                assert answer.body == known[answer.headers["docker-content-digest"]].manifest

    writers, deleters = [partial(write, n) for n in range(4)], [partial(delete, n) for n in range(2)]
    at_once([*writers, *deleters, read, read])
    for tag in oci.tags(repository).expect(200).json()["tags"] or []:
        oci.pull_image(repository, tag)


def test_what_an_image_deleted_by_digest_leaves_is_no_tag(oci: Oci, ecr: Any, repository: str) -> None:
    """A push of a tag races with the deletion of the image that it names: both or neither."""
    image = tiny_image("both or neither")
    for turn in range(TURNS):
        oci.push_image(repository, image)
        put, _ = at_once(
            [
                partial(oci.put_manifest, repository, f"t{turn}", image.manifest, image.media_type),
                later(oci, turn % 3, partial(oci.delete_manifest, repository, image.digest)),
            ]
        )
        put.expect(201)
        by_tag = oci.get_manifest(repository, f"t{turn}").status
        assert by_tag == oci.get_manifest(repository, image.digest).status
        details = ecr.describe_images(repositoryName=repository)["imageDetails"]
        assert [detail["imageTags"] for detail in details] == ([[f"t{turn}"]] if by_tag == 200 else [])
        oci.delete_manifest(repository, image.digest).expect(202, 404)


def test_an_index_never_lists_a_child_that_is_gone(oci: Oci, repository: str) -> None:
    for turn in range(TURNS):
        child = tiny_image(f"child {turn}")
        index = make_index({"amd64": child})
        oci.push_image(repository, child)
        put, deleted = at_once(
            [
                partial(oci.put_manifest, repository, f"index-{turn}", index.manifest, index.media_type),
                later(oci, turn % 3, partial(oci.delete_manifest, repository, child.digest)),
            ]
        )
        assert (put.status, deleted.status) in {(201, 405), (400, 202)}
        assert oci.head_manifest(repository, child.digest).status == (200 if put.status == 201 else 404)


def test_an_image_never_lacks_a_layer_that_was_deleted(oci: Oci, repository: str) -> None:
    for turn in range(TURNS):
        image = tiny_image(f"layer {turn}")
        for blob in image.blobs:
            oci.push_blob(repository, blob)
        layer = image.document["layers"][0]["digest"]
        put, deleted = at_once(
            [
                partial(oci.put_manifest, repository, f"t{turn}", image.manifest, image.media_type),
                later(oci, turn % 3, partial(oci.request, "DELETE", f"/v2/{repository}/blobs/{layer}")),
            ]
        )
        assert (put.status, deleted.status) in {(201, 405), (400, 202)}
        if put.status == 201:
            assert oci.pull_image(repository, f"t{turn}") == image.contents()


def test_a_repository_goes_while_it_is_pushed_to(server: Server, oci: Oci, new_name: Callable[[], str]) -> None:
    repository, ecr = new_name(), server.boto3("ecr")

    def push(number: int) -> set[int]:
        return {a.status for turn in range(TURNS) for a in push_by_hand(oci, repository, f"{number} {turn}", "t")}

    def recreate() -> set[int]:
        for _ in range(TURNS * 4):
            attempt(partial(ecr.delete_repository, repositoryName=repository, force=True))
            attempt(partial(ecr.create_repository, repositoryName=repository))
        return set()

    def list_all() -> set[int]:
        return {oci.tags(repository).status for _ in range(TURNS)}

    server.create_repository(repository)
    seen = set[int]().union(*at_once([*(partial(push, n) for n in range(5)), recreate, list_all]))
    assert seen <= {200, 201, 202, 400, 404}
    attempt(partial(ecr.create_repository, repositoryName=repository))
    last = tiny_image("after all")
    oci.push_image(repository, last, "last")
    assert oci.pull_image(repository, "last") == last.contents()


def attempt(call: Callable[[], Any]) -> None:
    """Makes an API call that may be refused, but not fail."""
    try:
        call()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
