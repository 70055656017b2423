"""Referrers: what has an image as its subject (OCI Distribution 1.1, "Listing Referrers")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import OCI_CONFIG, OCI_INDEX, Image, digest_of, make_artifact, make_index, tiny_image

SUBJECT = tiny_image("subject")
SBOM = make_artifact("application/vnd.example.sbom", b"sbom", subject=SUBJECT, annotations={"org.example": "sb\u00f6m"})
SIGNATURE = make_artifact("application/vnd.example.signature", b"signed", subject=SUBJECT)
IMAGE = tiny_image("image with a subject", subject=SUBJECT.descriptor)
INDEX = make_index({}, subject=SUBJECT.descriptor, artifactType="application/vnd.example.index")
PLAIN_INDEX = make_index({"amd64": tiny_image("listed")}, subject=SUBJECT.descriptor)
REFERRERS = {
    SBOM: "application/vnd.example.sbom",
    SIGNATURE: "application/vnd.example.signature",
    IMAGE: OCI_CONFIG,
    INDEX: "application/vnd.example.index",
    PLAIN_INDEX: None,
}


def entry_of(image: Image, artifact_type: str | None) -> dict[str, Any]:
    """The descriptor that a referrer is listed with."""
    annotations = image.document.get("annotations")
    return {
        **image.descriptor,
        **({"artifactType": artifact_type} if artifact_type else {}),
        **({"annotations": annotations} if annotations else {}),
    }


def listed(oci: Checked, repository: str, query: str = "", subject: str = SUBJECT.digest) -> list[dict[str, Any]]:
    """The entries of a referrers answer, whose form is checked."""
    answer = oci.referrers(repository, subject, query).expect(200)
    assert answer.headers["content-type"] == OCI_INDEX
    document = answer.json()
    assert (document["schemaVersion"], document["mediaType"]) == (2, OCI_INDEX)
    return document["manifests"]


def digests(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["digest"] for entry in entries}


@pytest.fixture(scope="module")
def described(ecr: Any, oci: Checked) -> str:
    """A repository with a subject and everything that refers to it; tests only read it."""
    ecr.create_repository(repositoryName="described")
    oci.push_image("described", SUBJECT, "v1")
    for image in REFERRERS:
        oci.push_image("described", image)
    return "described"


def test_a_push_with_a_subject_says_so(oci: Checked, repository: str) -> None:
    for image in (SUBJECT, SBOM, INDEX):
        for blob in image.blobs:
            oci.push_blob(repository, blob)
    plain = oci.put_manifest(repository, SUBJECT.digest, SUBJECT.manifest, SUBJECT.media_type).expect(201)
    assert "oci-subject" not in plain.headers
    for image in (SBOM, INDEX):
        answer = oci.put_manifest(repository, image.digest, image.manifest, image.media_type).expect(201)
        assert answer.headers["oci-subject"] == SUBJECT.digest


def test_all_referrers(oci: Checked, described: str) -> None:
    entries = listed(oci, described)
    assert {entry["digest"]: entry for entry in entries} == {
        image.digest: entry_of(image, kind) for image, kind in REFERRERS.items()
    }
    assert "oci-filters-applied" not in oci.referrers(described, SUBJECT.digest).headers


@pytest.mark.parametrize("image", [image for image, kind in REFERRERS.items() if kind])
def test_of_one_type(oci: Checked, described: str, image: Image) -> None:
    kind = REFERRERS[image] or ""
    answer = oci.referrers(described, SUBJECT.digest, f"?artifactType={kind.replace('+', '%2B')}").expect(200)
    assert answer.headers["oci-filters-applied"] == "artifactType"
    assert digests(answer.json()["manifests"]) == {image.digest}


def test_of_two_types_and_of_none(oci: Checked, described: str) -> None:
    first, second = REFERRERS[SBOM], REFERRERS[SIGNATURE]
    both = listed(oci, described, f"?artifactType={first}&artifactType={second}")
    assert digests(both) == {SBOM.digest, SIGNATURE.digest}
    assert listed(oci, described, "?artifactType=application/vnd.example.unknown") == []


def test_in_pages(oci: Checked, described: str) -> None:
    path = f"/v2/{described}/referrers/{SUBJECT.digest}"
    pages = oci.pages(f"{path}?n=2", "manifests")
    assert [len(page) for page in pages] == [2, 2, 1]
    assert digests([entry for page in pages for entry in page]) == {image.digest for image in REFERRERS}
    assert len(oci.pages(f"{path}?n=5", "manifests")) == 1
    assert oci.pages(f"{path}?n=0", "manifests") == [[]]


def test_in_pages_of_one_type(oci: Checked, repository: str) -> None:
    oci.push_image(repository, SUBJECT)
    of_type = [make_artifact("a/b", f"{n}".encode(), subject=SUBJECT) for n in range(3)]
    for number, image in enumerate(of_type):
        oci.push_image(repository, image)
        oci.push_image(repository, make_artifact("c/d", f"{number}".encode(), subject=SUBJECT))
    path = f"/v2/{repository}/referrers/{SUBJECT.digest}?artifactType=a/b&n=1"
    pages = oci.pages(path, "manifests")
    assert [digests(page) for page in pages] == [{image.digest} for image in of_type]


def test_a_subject_need_not_be_there(oci: Checked, repository: str) -> None:
    oci.push_image(repository, SBOM, "early")
    assert digests(listed(oci, repository)) == {SBOM.digest}
    oci.push_image(repository, SUBJECT, "late")
    assert digests(listed(oci, repository)) == {SBOM.digest}


def test_an_unknown_digest_has_no_referrers(oci: Checked, repository: str) -> None:
    for subject in ("sha256:" + "0" * 64, "sha512:" + "0" * 128):
        assert listed(oci, repository, subject=subject) == []


def test_referrers_are_of_one_repository(oci: Checked, repository: str, other: str) -> None:
    oci.push_image(repository, SBOM)
    assert listed(oci, other) == []


def test_a_deleted_referrer_is_listed_no_more(oci: Checked, repository: str) -> None:
    for image in (SUBJECT, SBOM, SIGNATURE):
        oci.push_image(repository, image)
    oci.delete_manifest(repository, SBOM.digest).expect(202)
    assert digests(listed(oci, repository)) == {SIGNATURE.digest}


def test_what_is_no_digest(oci: Checked, repository: str) -> None:
    for reference in ("v1", "sha256:short", "md5:" + "0" * 32):
        assert oci.referrers(repository, reference).expect(400).codes == ["DIGEST_INVALID"]
    assert oci.referrers("no-such-repository", SUBJECT.digest).expect(404).codes == ["NAME_UNKNOWN"]


def test_subjects_by_sha512(oci: Checked, repository: str) -> None:
    long = digest_of(SUBJECT.manifest, "sha512")
    image = tiny_image("of a long subject", subject={**SUBJECT.descriptor, "digest": long})
    oci.push_image(repository, image)
    assert digests(listed(oci, repository, subject=long)) == {image.digest}
    assert listed(oci, repository) == []


def test_both_doors_list_the_same(oci: Checked, ecr: Any, described: str) -> None:
    found = ecr.list_image_referrers(repositoryName=described, subjectId={"imageDigest": SUBJECT.digest})
    mine = listed(oci, described)
    assert {(each["digest"], each.get("artifactType"), each["size"]) for each in found["referrers"]} == {
        (each["digest"], each.get("artifactType"), each["size"]) for each in mine
    }
