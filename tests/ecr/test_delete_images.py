"""BatchDeleteImage: tags, images, and what stays because an index needs it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Repo, invalid, refused
from tests.support.images import make_artifact, make_index, tiny_image
from tests.support.oci import Oci

IMAGE, OTHER = tiny_image("delete"), tiny_image("delete too")
INDEX = make_index({"amd64": IMAGE, "arm64": OTHER})
NOT_FOUND = ("ImageNotFound", "Requested image not found")
MISMATCH = ("ImageTagDoesNotMatchDigest", "Invalid request parameters: given tag does not map to the given digest")

Ids = list[dict[str, str]]


def by(digest: str | None = None, tag: str | None = None) -> dict[str, str]:
    given = {"imageDigest": digest, "imageTag": tag}
    return {key: value for key, value in given.items() if value is not None}


def delete(repo: Repo, *image_ids: dict[str, str]) -> tuple[Ids, list[tuple[dict[str, str], str, str]]]:
    """What went, and what did not with the reason."""
    answer = repo.batch_delete_image(imageIds=list(image_ids))
    failures = [(each["imageId"], each["failureCode"], each["failureReason"]) for each in answer["failures"]]
    return answer["imageIds"], failures


def test_a_tag_goes_and_its_image_stays_while_it_has_another(repo: Repo) -> None:
    repo.push(IMAGE, "1", "2")
    assert delete(repo, by(tag="1")) == ([by(IMAGE.digest, "1")], [])
    assert repo.ids() == {(IMAGE.digest, "2")}


def test_the_last_tag_takes_the_image_along(repo: Repo, oci: Oci) -> None:
    repo.push(IMAGE, "1")
    assert delete(repo, by(tag="1")) == ([by(IMAGE.digest, "1")], [])
    assert repo.ids() == set()
    assert oci.get_manifest(repo.name, IMAGE.digest).status == 404


def test_a_digest_takes_all_its_tags_along(repo: Repo) -> None:
    repo.push(IMAGE, "2", "1", "3")
    repo.push(OTHER, "other")
    assert delete(repo, by(IMAGE.digest)) == ([by(IMAGE.digest, tag) for tag in "123"], [])
    assert repo.ids() == {(OTHER.digest, "other")}


def test_an_image_without_tags_goes_by_its_digest(repo: Repo) -> None:
    repo.push(IMAGE)
    answer = repo.batch_delete_image(registryId=repo.account, imageIds=[by(IMAGE.digest)])
    assert (answer["imageIds"], answer["failures"]) == ([by(IMAGE.digest)], [])
    assert repo.ids() == set()


def test_a_tag_with_its_digest_is_that_tag(repo: Repo) -> None:
    repo.push(IMAGE, "1", "2")
    assert delete(repo, by(IMAGE.digest, "1")) == ([by(IMAGE.digest, "1")], [])
    assert repo.ids() == {(IMAGE.digest, "2")}


def test_a_tag_that_points_elsewhere_than_its_digest_stays(repo: Repo) -> None:
    repo.push(IMAGE, "1")
    repo.push(OTHER, "2")
    for image_id, reason in (
        (by(OTHER.digest, "1"), MISMATCH),
        (by(ABSENT, "1"), MISMATCH),
        (by(IMAGE.digest, "absent"), NOT_FOUND),
    ):
        assert delete(repo, image_id) == ([], [(image_id, *reason)])
    assert repo.ids() == {(IMAGE.digest, "1"), (OTHER.digest, "2")}


def test_failures_leave_the_rest_of_the_request_alone(repo: Repo) -> None:
    repo.push(IMAGE, "1")
    deleted, failures = delete(repo, by(tag="absent"), by(ABSENT), {}, by("latest"), by(tag="-x"), by(tag="1"))
    assert deleted == [by(IMAGE.digest, "1")]
    codes = ["ImageNotFound", "ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest", "InvalidImageTag"]
    assert [code for _, code, _ in failures] == codes
    assert [image_id for image_id, _, _ in failures] == [by(tag="absent"), by(ABSENT), {}, by("latest"), by(tag="-x")]


def test_what_is_named_twice_goes_once_and_fails_nowhere(repo: Repo) -> None:
    repo.push(IMAGE, "1", "2")
    twice = (by(tag="1"), by(tag="1"), by(IMAGE.digest), by(tag="2"), by(IMAGE.digest, "1"))
    assert delete(repo, *twice) == ([by(IMAGE.digest, "1"), by(IMAGE.digest, "2")], [])
    repo.push(IMAGE)
    deleted, failures = delete(repo, by(IMAGE.digest), by(IMAGE.digest), by(IMAGE.digest, "3"))
    assert deleted == [by(IMAGE.digest)]
    assert failures == [(by(IMAGE.digest, "3"), *NOT_FOUND)]


class TestIndexes:
    """A child is there as long as an index lists it."""

    @pytest.fixture
    def stocked(self, repo: Repo) -> Repo:
        repo.push(IMAGE, "child", "alias")
        repo.push(OTHER)
        repo.put(INDEX, "index")
        return repo

    def held(self, *parents: str) -> tuple[str, str]:
        return "ImageReferencedByManifestList", f"Requested image referenced by manifest list: [{', '.join(parents)}]"

    def test_a_child_stays_by_digest_and_by_its_last_tag(self, stocked: Repo) -> None:
        assert delete(stocked, by(OTHER.digest)) == ([], [(by(OTHER.digest), *self.held(INDEX.digest))])
        assert delete(stocked, by(tag="alias")) == ([by(IMAGE.digest, "alias")], [])
        assert delete(stocked, by(tag="child")) == ([], [(by(tag="child"), *self.held(INDEX.digest))])
        assert stocked.ids() == {(IMAGE.digest, "child"), (OTHER.digest, None), (INDEX.digest, "index")}

    def test_an_index_goes_without_its_children(self, stocked: Repo) -> None:
        assert delete(stocked, by(tag="index")) == ([by(INDEX.digest, "index")], [])
        assert stocked.ids() == {(IMAGE.digest, "child"), (IMAGE.digest, "alias"), (OTHER.digest, None)}
        assert delete(stocked, by(OTHER.digest)) == ([by(OTHER.digest)], [])

    def test_an_index_and_then_its_children_go_in_one_request(self, stocked: Repo) -> None:
        deleted, failures = delete(stocked, by(tag="index"), by(IMAGE.digest), by(OTHER.digest))
        assert failures == []
        assert deleted[0] == by(INDEX.digest, "index")
        assert stocked.ids() == set()

    def test_children_named_before_their_index_stay(self, stocked: Repo) -> None:
        deleted, failures = delete(stocked, by(OTHER.digest), by(INDEX.digest))
        assert deleted == [by(INDEX.digest, "index")]
        assert failures == [(by(OTHER.digest), *self.held(INDEX.digest))]

    def test_every_index_that_lists_a_child_is_named(self, stocked: Repo) -> None:
        second = make_index({"arm64": OTHER})
        outer = make_index({"amd64": second})
        stocked.put(second)
        stocked.put(outer, "outer")
        parents = sorted([INDEX.digest, second.digest])
        assert delete(stocked, by(OTHER.digest)) == ([], [(by(OTHER.digest), *self.held(*parents))])
        deleted, failures = delete(stocked, by(second.digest))
        assert (deleted, failures) == ([], [(by(second.digest), *self.held(outer.digest))])
        deleted, failures = delete(stocked, by(tag="outer"), by(second.digest), by(INDEX.digest), by(OTHER.digest))
        assert failures == []


def test_a_subject_goes_without_its_referrers(repo: Repo) -> None:
    signature = make_artifact("application/vnd.example.signature", b"signed", subject=IMAGE)
    repo.push(IMAGE, "1")
    repo.push(signature)
    assert delete(repo, by(tag="1")) == ([by(IMAGE.digest, "1")], [])
    assert repo.ids() == {(signature.digest, None)}


def test_a_layer_is_handed_out_while_one_image_is_left_that_has_it(repo: Repo) -> None:
    shared = make_index({"amd64": IMAGE})
    layer = IMAGE.document["layers"][0]["digest"]
    repo.push(IMAGE)
    repo.put(shared, "1")
    assert repo.get_download_url_for_layer(layerDigest=layer)["layerDigest"] == layer
    delete(repo, by(tag="1"), by(IMAGE.digest))
    assert refused(repo.get_download_url_for_layer, layerDigest=layer).code == "LayerInaccessibleException"


def test_lists_have_one_to_a_hundred_entries(repo: Repo) -> None:
    ids = [by(tag=f"absent-{number}") for number in range(101)]
    assert len(delete(repo, *ids[:100])[1]) == 100
    most = "Member must have length less than or equal to 100"
    assert refused(repo.batch_delete_image, imageIds=ids) == invalid("imageIds", most)
    least = "Member must have length greater than or equal to 1"
    assert refused(repo.batch_delete_image, imageIds=[]) == invalid("imageIds", least)


def test_no_repository_no_deletion(repo: Repo, new_repo: Any) -> None:
    absent = Repo(repo.ecr, f"{repo.name}-absent", repo.account)
    assert refused(absent.batch_delete_image, imageIds=[by(tag="1")]).code == "RepositoryNotFoundException"
    other = new_repo()
    other.push(IMAGE, "1")
    assert delete(repo, by(tag="1")) == ([], [(by(tag="1"), *NOT_FOUND)])
    assert other.ids() == {(IMAGE.digest, "1")}
