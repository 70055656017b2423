"""ListImageReferrers: signatures, SBOMs and whatever else has an image as its subject."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Refused, Repo, invalid, pages, refused
from tests.support.images import OCI_INDEX, OCI_MANIFEST, Image, make_artifact, make_index, tiny_image
from tests.support.oci import Oci

SUBJECT, OTHER = tiny_image("subject"), tiny_image("other subject")
SIGNATURE, SBOM = "application/vnd.example.signature", "application/vnd.example.sbom+json"
SIGNED = [make_artifact(SIGNATURE, b"signature", subject=SUBJECT, annotations={"n": str(n)}) for n in range(3)]
LISTED = [make_artifact(SBOM, b"packages", subject=SUBJECT), *SIGNED]
ELSEWHERE = make_artifact(SBOM, b"packages", subject=OTHER)
CHILD = tiny_image("child of a referrer")
INDEX = make_index({"amd64": CHILD}, subject=SUBJECT.descriptor)
PLAIN = tiny_image("plain referrer", subject=SUBJECT.descriptor)


@pytest.fixture(scope="module")
def stocked(new_repo: Any) -> Repo:
    repo = new_repo()
    for image in (SUBJECT, OTHER, *LISTED, ELSEWHERE):
        repo.push(image)
    repo.push(CHILD)
    repo.put(INDEX)
    repo.push(PLAIN, "tagged")
    return repo


def referrers(repo: Repo, subject: str = SUBJECT.digest, **given: Any) -> list[dict[str, Any]]:
    return repo.list_image_referrers(subjectId={"imageDigest": subject}, **given)["referrers"]


def digests(repo: Repo, **given: Any) -> list[str]:
    return [each["digest"] for each in referrers(repo, **given)]


def entry(image: Image, artifact_type: str | None, **more: Any) -> dict[str, Any]:
    """How a referrer is listed: its size is that of its manifest."""
    kind = {} if artifact_type is None else {"artifactType": artifact_type}
    size = len(image.manifest)
    return {
        "digest": image.digest,
        "mediaType": image.media_type,
        "size": size,
        "artifactStatus": "ACTIVE",
        **kind,
        **more,
    }


def test_each_referrer_is_described(stocked: Repo) -> None:
    assert referrers(stocked, registryId=stocked.account) == [
        entry(LISTED[0], SBOM),
        *(entry(image, SIGNATURE, annotations={"n": str(n)}) for n, image in enumerate(SIGNED)),
        entry(INDEX, None),
        entry(PLAIN, "application/vnd.oci.image.config.v1+json"),
    ]
    assert (LISTED[0].media_type, INDEX.media_type) == (OCI_MANIFEST, OCI_INDEX)
    assert referrers(stocked, OTHER.digest) == [entry(ELSEWHERE, SBOM)]


def test_the_other_door_lists_the_same(stocked: Repo, oci: Oci) -> None:
    listed = oci.referrers(stocked.name, SUBJECT.digest).expect(200).json()["manifests"]
    for each in listed:
        each["artifactStatus"] = "ACTIVE"
    assert listed == referrers(stocked)


def test_a_subject_need_not_be_there(stocked: Repo, repo: Repo) -> None:
    assert referrers(stocked, ABSENT) == []
    repo.push(ELSEWHERE)
    assert referrers(repo, OTHER.digest) == [entry(ELSEWHERE, SBOM)]
    assert referrers(repo) == []


def test_a_deleted_referrer_is_listed_no_more(repo: Repo) -> None:
    repo.push(SIGNED[0])
    repo.push(SIGNED[1])
    repo.batch_delete_image(imageIds=[{"imageDigest": SIGNED[0].digest}])
    assert digests(repo) == [SIGNED[1].digest]


def test_artifact_types_filter(stocked: Repo) -> None:
    signed = [image.digest for image in SIGNED]
    assert digests(stocked, filter={"artifactTypes": [SIGNATURE]}) == signed
    assert digests(stocked, filter={"artifactTypes": [SBOM, SIGNATURE, "text/none"]}) == [LISTED[0].digest, *signed]
    assert digests(stocked, filter={"artifactTypes": ["text/none"]}) == []
    assert len(digests(stocked, filter={"artifactTypes": []})) == 6
    assert digests(stocked, filter={"artifactTypes": [SIGNATURE], "artifactStatus": "ACTIVE"}) == signed


@pytest.mark.parametrize(("status", "count"), [("ACTIVE", 6), ("ANY", 6), ("ARCHIVED", 0), ("ACTIVATING", 0)])
def test_all_artifacts_of_this_release_are_active(stocked: Repo, status: str, count: int) -> None:
    assert len(digests(stocked, filter={"artifactStatus": status})) == count


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 50])
def test_pages_add_up(stocked: Repo, size: int) -> None:
    given = {"subjectId": {"imageDigest": SUBJECT.digest}}
    found = list(pages(stocked.list_image_referrers, "referrers", size, **given))
    assert [each for page in found for each in page] == referrers(stocked)
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    assert found[-1] != []


def test_a_page_has_twenty_referrers_and_fifty_at_most(repo: Repo) -> None:
    pushed = [make_artifact(SBOM, b"many", subject=SUBJECT, annotations={"n": str(n)}) for n in range(52)]
    for image in pushed:
        repo.push(image)
    subject = {"subjectId": {"imageDigest": SUBJECT.digest}}
    first = repo.list_image_referrers(**subject)
    assert [each["digest"] for each in first["referrers"]] == [image.digest for image in pushed[:20]]
    assert len(repo.list_image_referrers(**subject, nextToken=first["nextToken"])["referrers"]) == 20
    sizes = [len(page) for page in pages(repo.list_image_referrers, "referrers", 50, **subject)]
    assert sizes == [50, 2]
    most = invalid("maxResults", "Member must have value less than or equal to 50")
    assert refused(repo.list_image_referrers, **subject, maxResults=51) == most
    least = invalid("maxResults", "Member must have value greater than or equal to 1")
    assert refused(repo.list_image_referrers, **subject, maxResults=0) == least


def test_tokens_are_good_for_the_listing_they_came_from(stocked: Repo, repo: Repo) -> None:
    subject = {"subjectId": {"imageDigest": SUBJECT.digest}}
    token = stocked.list_image_referrers(**subject, maxResults=1)["nextToken"]
    bad = invalid("nextToken", "Invalid next token provided")
    assert refused(repo.list_image_referrers, **subject, nextToken=token) == bad
    other = {"subjectId": {"imageDigest": OTHER.digest}}
    assert refused(stocked.list_image_referrers, **other, nextToken=token) == bad
    only = {"filter": {"artifactTypes": [SBOM]}}
    assert refused(stocked.list_image_referrers, **subject, **only, nextToken=token) == bad
    assert refused(stocked.describe_images, nextToken=token) == bad
    assert refused(stocked.list_image_referrers, **subject, nextToken="x") == bad


def test_subjects_and_filters_are_checked(stocked: Repo) -> None:
    def found(digest: str = SUBJECT.digest, **given: Any) -> Refused:
        return refused(stocked.list_image_referrers, subjectId={"imageDigest": digest}, **given)

    form = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
    assert found("latest") == found("") == invalid("imageDigest", form)
    assert found("md5:" + "a" * 32).code == "InvalidParameterException"
    null = "Member must not be null"
    assert refused(stocked.list_image_referrers) == invalid("subjectId", null)
    assert refused(stocked.list_image_referrers, subjectId={}) == invalid("subjectId.imageDigest", null)
    types = "filter.artifactTypes"
    most = invalid(types, "Member must have length less than or equal to 5")
    assert found(filter={"artifactTypes": list("abcdef")}) == most
    lengths = "Member must satisfy constraint: [Member must have length less than or equal to 255, "
    lengths += "Member must have length greater than or equal to 1]"
    assert (
        found(filter={"artifactTypes": ["a" * 256]}) == found(filter={"artifactTypes": [""]}) == invalid(types, lengths)
    )
    values = "Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]"
    assert found(filter={"artifactStatus": "GONE"}) == invalid("filter.artifactStatus", values)
    absent = Repo(stocked.ecr, f"{stocked.name}-absent", stocked.account)
    missing = refused(absent.list_image_referrers, subjectId={"imageDigest": SUBJECT.digest})
    assert missing.code == "RepositoryNotFoundException"
