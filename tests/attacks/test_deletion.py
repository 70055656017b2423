"""Deleted content stays deleted, in every worker at once, and what must not be deleted is not.

Compare CVE-2026-35172 (content revived by a cache) and CVE-2026-41888, CVE-2026-61833 (rules bypassed).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import Image, digest_of, make_artifact, make_index, tiny_image
from tests.support.oci import Answer

IMAGE = tiny_image("to be deleted")
TIMES = 10


def everywhere(request: Callable[[], Answer]) -> set[int]:
    """The statuses of many requests on connections of their own, so that every worker is asked."""
    return {request().status for _ in range(TIMES)}


@pytest.fixture
def pushed(oci: Checked, repository: str) -> str:
    """A repository with IMAGE, which every worker has handed out."""
    oci.push_image(repository, IMAGE, "v1")
    for reference in ("v1", IMAGE.digest):
        assert everywhere(lambda ref=reference: oci.get_manifest(repository, ref)) == {200}
    for blob in IMAGE.blobs:
        assert everywhere(lambda blob=blob: oci.get_blob(repository, digest_of(blob))) == {200}
    return repository


@pytest.mark.parametrize("door", ["docker", "api"])
def test_a_deleted_image_is_gone_at_once(oci: Checked, ecr: Any, pushed: str, door: str) -> None:
    if door == "docker":
        oci.delete_manifest(pushed, IMAGE.digest).expect(202)
    else:
        ecr.batch_delete_image(repositoryName=pushed, imageIds=[{"imageDigest": IMAGE.digest}])
    conditional = {"If-None-Match": f'"{IMAGE.digest}"'}
    for reference in ("v1", IMAGE.digest):
        path = f"/v2/{pushed}/manifests/{reference}"
        assert everywhere(lambda path=path: oci.request("GET", path)) == {404}
        assert everywhere(lambda path=path: oci.request("HEAD", path)) == {404}
        assert everywhere(lambda path=path: oci.request("GET", path, headers=conditional)) == {404}
    assert oci.tags(pushed).json()["tags"] == []
    assert ecr.list_images(repositoryName=pushed)["imageIds"] == []


def test_a_deleted_blob_is_gone_at_once(oci: Checked, pushed: str) -> None:
    oci.delete_manifest(pushed, "v1").expect(202)
    for blob in IMAGE.blobs:
        digest = digest_of(blob)
        oci.request("DELETE", f"/v2/{pushed}/blobs/{digest}").expect(202)
        conditional = {"If-None-Match": f'"{digest}"'}
        assert everywhere(lambda digest=digest: oci.get_blob(pushed, digest)) == {404}
        assert everywhere(lambda digest=digest, held=conditional: oci.get_blob(pushed, digest, held)) == {404}
    # Nor does the manifest come back without them.
    answer = oci.put_manifest(pushed, "v1", IMAGE.manifest, IMAGE.media_type).expect(400)
    assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]


def test_a_repository_made_anew_has_nothing_of_the_old(oci: Checked, ecr: Any, pushed: str) -> None:
    ecr.delete_repository(repositoryName=pushed, force=True)
    assert everywhere(lambda: oci.get_manifest(pushed, "v1")) == {404}
    ecr.create_repository(repositoryName=pushed)
    assert everywhere(lambda: oci.get_manifest(pushed, IMAGE.digest)) == {404}
    for blob in IMAGE.blobs:
        assert everywhere(lambda blob=blob: oci.get_blob(pushed, digest_of(blob))) == {404}
    answer = oci.put_manifest(pushed, "v1", IMAGE.manifest, IMAGE.media_type).expect(400)
    assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]


def failures(ecr: Any, repository: str, *wanted: dict[str, str]) -> list[str]:
    answer = ecr.batch_delete_image(repositoryName=repository, imageIds=list(wanted))
    return [failure["failureCode"] for failure in answer["failures"]]


@pytest.fixture
def indexed(oci: Checked, repository: str) -> tuple[str, Image]:
    """A repository with an index in an index, all of them tagged."""
    inner = make_index({"amd64": tiny_image("leaf")})
    outer = make_index({"amd64": inner})
    for tag, image in (("leaf", inner.children[0]), ("inner", inner), ("outer", outer)):
        oci.push_image(repository, image, tag)
    return repository, outer


def test_no_way_to_the_child_of_an_index(oci: Checked, ecr: Any, indexed: tuple[str, Image]) -> None:
    repository, outer = indexed
    inner = outer.children[0]
    leaf = inner.children[0]
    for image in (leaf, inner):
        assert oci.delete_manifest(repository, image.digest).expect(405).codes == ["UNSUPPORTED"]
        tag = "leaf" if image is leaf else "inner"
        both = {"imageDigest": image.digest, "imageTag": tag}
        assert failures(ecr, repository, {"imageDigest": image.digest}) == ["ImageReferencedByManifestList"]
        assert failures(ecr, repository, both) == ["ImageReferencedByManifestList"]
    # Its tag may go or stay; the image stays whatever is tried.
    oci.delete_manifest(repository, "leaf")
    failures(ecr, repository, {"imageTag": "inner"})
    assert oci.pull_image(repository, "outer") == outer.contents()
    for blob in leaf.blobs:
        oci.request("DELETE", f"/v2/{repository}/blobs/{digest_of(blob)}").expect(405)
    assert oci.pull_image(repository, "outer") == outer.contents()


def test_a_batch_in_the_wrong_order(ecr: Any, oci: Checked, indexed: tuple[str, Image]) -> None:
    repository, outer = indexed
    inner = outer.children[0]
    wanted = [{"imageDigest": digest} for digest in (inner.children[0].digest, inner.digest)]
    assert failures(ecr, repository, *wanted) == ["ImageReferencedByManifestList"] * 2
    assert oci.pull_image(repository, "outer") == outer.contents()
    in_order = [{"imageDigest": digest} for digest in (outer.digest, inner.digest, inner.children[0].digest)]
    assert failures(ecr, repository, *in_order) == []
    assert ecr.list_images(repositoryName=repository)["imageIds"] == []


def test_an_index_pushed_while_its_child_is_deleted(oci: Checked, repository: str) -> None:
    """Whoever comes first: never an index without its child."""
    child = tiny_image("contested")
    index = make_index({"amd64": child})
    for _ in range(3):
        oci.push_image(repository, index, "index")
        assert oci.delete_manifest(repository, child.digest).status == 405
        oci.delete_manifest(repository, index.digest).expect(202)
        oci.delete_manifest(repository, child.digest).expect(202)
        oci.put_manifest(repository, "index", index.manifest, index.media_type).expect(400)


def test_a_referrer_keeps_nothing_and_loses_nothing(oci: Checked, repository: str) -> None:
    subject = tiny_image("referred to")
    referrer = make_artifact("a/b", b"refers", subject=subject)
    for image in (subject, referrer):
        oci.push_image(repository, image)
    oci.delete_manifest(repository, subject.digest).expect(202)
    assert oci.pull_image(repository, referrer.digest) == referrer.contents()


def test_one_entry_in_a_batch_spoils_no_other(oci: Checked, ecr: Any, repository: str) -> None:
    for number in range(3):
        oci.push_image(repository, tiny_image(number), f"t{number}")
    wanted = [
        {"imageTag": "t0"},
        {"imageTag": "no-such-tag"},
        {"imageDigest": "sha256:" + "0" * 64},
        {"imageTag": "t1", "imageDigest": tiny_image(2).digest},
    ]
    codes = failures(ecr, repository, *wanted)
    assert codes == ["ImageNotFound", "ImageNotFound", "ImageTagDoesNotMatchDigest"]
    assert oci.tags(repository).json()["tags"] == ["t1", "t2"]
