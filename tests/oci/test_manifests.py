"""Manifests: PUT, GET, HEAD, DELETE, by tag and by digest."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.support.images import Image, digest_of, json_bytes, make_index, tiny_image
from tests.support.oci import Answer

ABSENT = "sha256:" + "0" * 64


def push_content(oci: Checked, repository: str, image: Image) -> None:
    """Everything that an image needs but its manifest."""
    for child in image.children:
        oci.push_image(repository, child)
    for blob in image.blobs:
        oci.push_blob(repository, blob)


def assert_put(answer: Answer, repository: str, digest: str) -> None:
    answer.expect(201)
    assert answer.headers["location"] == f"/v2/{repository}/manifests/{digest}"
    assert answer.headers["docker-content-digest"] == digest
    assert answer.body == b""


def assert_same(oci: Checked, repository: str, reference: str, image: Image, digest: str | None = None) -> None:
    """GET and HEAD of `reference` answer the image's manifest."""
    path = f"/v2/{repository}/manifests/{reference}"
    got, head = oci.request("GET", path).expect(200), oci.request("HEAD", path).expect(200)
    assert got.body == image.manifest
    for answer in (got, head):
        assert answer.headers["content-type"] == image.media_type
        assert answer.headers["docker-content-digest"] == (digest or image.digest)
        assert answer.headers["content-length"] == str(len(image.manifest))


def test_by_tag(oci: Checked, repository: str) -> None:
    image = tiny_image("by tag")
    push_content(oci, repository, image)
    assert_put(oci.put_manifest(repository, "v1", image.manifest, image.media_type), repository, image.digest)
    assert_same(oci, repository, "v1", image)
    assert_same(oci, repository, image.digest, image)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_by_digest(oci: Checked, repository: str, algorithm: str) -> None:
    image = tiny_image("by digest")
    push_content(oci, repository, image)
    digest = digest_of(image.manifest, algorithm)
    assert_put(oci.put_manifest(repository, digest, image.manifest, image.media_type), repository, digest)
    assert_same(oci, repository, digest, image, digest)
    assert oci.tags(repository).json()["tags"] == []


def test_by_a_digest_that_is_not_the_manifest_s(oci: Checked, repository: str) -> None:
    image = tiny_image("mismatch")
    push_content(oci, repository, image)
    for digest in (ABSENT, "sha512:" + "0" * 128, digest_of(image.manifest + b"\n")):
        answer = oci.put_manifest(repository, digest, image.manifest, image.media_type).expect(400)
        assert answer.codes == ["DIGEST_INVALID"]
        oci.get_manifest(repository, digest).expect(404)
    oci.get_manifest(repository, image.digest).expect(404)


def test_the_bytes_are_kept_as_they_came(oci: Checked, repository: str) -> None:
    image = tiny_image("spaces")
    push_content(oci, repository, image)
    spaced = b" \n\t" + image.manifest.replace(b",", b" ,\n") + b"\n\n"
    answer = oci.put_manifest(repository, "spaced", spaced, image.media_type)
    assert_put(answer, repository, digest_of(spaced))
    assert oci.get_manifest(repository, "spaced").expect(200).body == spaced


def test_the_longest_tag_and_every_letter_of_it(oci: Checked, repository: str) -> None:
    image = tiny_image("tags")
    push_content(oci, repository, image)
    for tag in ("a", "_", "A" * 128, "v1.0-rc_1", "9" * 64, "latest", "0.-_"):
        oci.put_manifest(repository, tag, image.manifest, image.media_type).expect(201)
        assert_same(oci, repository, tag, image)


def test_a_tag_moves_and_its_old_image_stays(oci: Checked, repository: str) -> None:
    first, second = tiny_image("first"), tiny_image("second")
    oci.push_image(repository, first, "moving")
    oci.push_image(repository, second, "moving")
    assert_same(oci, repository, "moving", second)
    assert_same(oci, repository, first.digest, first)


@pytest.mark.parametrize("reference", ["no-such-tag", ABSENT])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_what_is_not_there(oci: Checked, repository: str, method: str, reference: str) -> None:
    answer = oci.request(method, f"/v2/{repository}/manifests/{reference}").expect(404)
    assert method == "HEAD" or answer.codes == ["MANIFEST_UNKNOWN"]
    answer = oci.request(method, f"/v2/no-such-repository/manifests/{reference}").expect(404)
    assert method == "HEAD" or answer.codes == ["NAME_UNKNOWN"]


def test_pushing_needs_the_repository(oci: Checked) -> None:
    image = tiny_image("nowhere")
    answer = oci.put_manifest("no-such-repository", "v1", image.manifest, image.media_type).expect(404)
    assert answer.codes == ["NAME_UNKNOWN"]


def test_what_the_client_has_is_not_sent_again(oci: Checked, repository: str) -> None:
    image = tiny_image("conditional")
    oci.push_image(repository, image, "v1")
    path, headers = f"/v2/{repository}/manifests/v1", {"If-None-Match": f'"{image.digest}"'}
    answer = oci.request("GET", path, headers=headers).expect(304)
    assert answer.headers["docker-content-digest"] == image.digest
    oci.push_image(repository, tiny_image("changed"), "v1")
    oci.request("GET", path, headers=headers).expect(200)


def test_deleting_by_tag_takes_the_image_with_its_last(oci: Checked, repository: str) -> None:
    image = tiny_image("two tags")
    for tag in ("one", "two"):
        oci.push_image(repository, image, tag)
    oci.delete_manifest(repository, "one").expect(202)
    oci.get_manifest(repository, "one").expect(404)
    assert_same(oci, repository, "two", image)
    oci.delete_manifest(repository, "two").expect(202)
    oci.get_manifest(repository, image.digest).expect(404)


def test_deleting_by_digest_takes_all_tags(oci: Checked, repository: str) -> None:
    image, neighbour = tiny_image("goes"), tiny_image("stays")
    for tag in ("one", "two"):
        oci.push_image(repository, image, tag)
    oci.push_image(repository, neighbour, "three")
    oci.delete_manifest(repository, image.digest).expect(202)
    for reference in ("one", "two", image.digest):
        oci.get_manifest(repository, reference).expect(404)
        oci.delete_manifest(repository, reference).expect(404)
    assert oci.tags(repository).json()["tags"] == ["three"]
    assert_same(oci, repository, "three", neighbour)


def test_the_child_of_an_index_goes_after_it(oci: Checked, repository: str) -> None:
    index = make_index({"amd64": tiny_image("child a"), "arm64": tiny_image("child b")})
    oci.push_image(repository, index, "index")
    for child in index.children:
        answer = oci.delete_manifest(repository, child.digest).expect(405)
        assert answer.codes == ["UNSUPPORTED"]
        message = answer.json()["errors"][0]["message"]
        assert message == f"Requested image referenced by manifest list: [{index.digest}]"
        assert_same(oci, repository, child.digest, child)
    oci.delete_manifest(repository, index.digest).expect(202)
    for child in index.children:
        oci.delete_manifest(repository, child.digest).expect(202)


def test_tag_parameters_set_every_tag(oci: Checked, repository: str) -> None:
    image = tiny_image("tag parameters")
    push_content(oci, repository, image)
    reference = f"{image.digest}?tag=one&tag=two&tag=one"
    answer = oci.put_manifest(repository, reference, image.manifest, image.media_type)
    assert_put(answer, repository, image.digest)
    assert [each.strip() for each in answer.headers["oci-tag"].split(",")] == ["one", "two"]
    for tag in ("one", "two"):
        assert_same(oci, repository, tag, image)


def test_tag_parameters_are_set_all_or_none(oci: Checked, repository: str) -> None:
    image = tiny_image("all or none")
    push_content(oci, repository, image)
    for bad in ("-dash", "a%2Fb", "", "x" * 129, "caf%C3%A9"):
        reference = f"{image.digest}?tag=good&tag={bad}"
        answer = oci.put_manifest(repository, reference, image.manifest, image.media_type).expect(400)
        assert "oci-tag" not in answer.headers
    assert oci.tags(repository).json()["tags"] == []
    oci.get_manifest(repository, image.digest).expect(404)


def test_pushing_again_changes_nothing(oci: Checked, repository: str) -> None:
    image = tiny_image("again")
    push_content(oci, repository, image)
    for reference in ("v1", "v1", image.digest, image.digest):
        assert_put(oci.put_manifest(repository, reference, image.manifest, image.media_type), repository, image.digest)
    assert_same(oci, repository, "v1", image)


def test_two_digests_of_one_manifest(oci: Checked, repository: str) -> None:
    image = Image(
        json_bytes(tiny_image("two digests").document), tiny_image().media_type, tiny_image("two digests").blobs
    )
    push_content(oci, repository, image)
    for algorithm in ("sha256", "sha512"):
        digest = digest_of(image.manifest, algorithm)
        oci.put_manifest(repository, digest, image.manifest, image.media_type).expect(201)
        assert_same(oci, repository, digest, image, digest)
