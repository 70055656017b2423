"""PutImage: manifests, tags and what they need."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.app import utc_now
from entrepot.context import App, Registry, RepositoryRef
from entrepot.meta import image_tags
from entrepot.meta import images as image_rows
from entrepot.meta.times import to_micros
from entrepot.services.repositories import require
from tests.ecr.lab import ABSENT, Refused, Repo, constraint, invalid, refused
from tests.oci.inprocess import in_app
from tests.support.images import (
    OCI_INDEX,
    OCI_MANIFEST,
    Image,
    digest_of,
    json_bytes,
    make_index,
    tiny_image,
)
from tests.support.oci import Oci
from tests.support.server import Server

IMAGE = tiny_image("put")
SHA512 = digest_of(IMAGE.manifest, "sha512")


@pytest.fixture
def ready(repo: Repo) -> Repo:
    """A repository with all that IMAGE needs, but not the image."""
    for blob in IMAGE.blobs:
        repo.upload(blob)
    return repo


def already_exists(repo: Repo, digest: str, tag: str | None) -> Refused:
    message = (
        f"Image with digest '{digest}' and tag '{tag or 'null'}' already exists "
        f"in the repository with name '{repo.name}' in registry with id '{repo.account}'"
    )
    return Refused("ImageAlreadyExistsException", message, 400, {})


def test_the_answer_is_the_image(ready: Repo, oci: Oci) -> None:
    image = ready.put(
        IMAGE, "1", imageManifestMediaType=OCI_MANIFEST, imageDigest=IMAGE.digest, registryId=ready.account
    )
    assert image == {
        "registryId": ready.account,
        "repositoryName": ready.name,
        "imageId": {"imageDigest": IMAGE.digest, "imageTag": "1"},
        "imageManifest": IMAGE.manifest.decode(),
        "imageManifestMediaType": OCI_MANIFEST,
    }
    assert oci.get_manifest(ready.name, "1").expect(200).body == IMAGE.manifest


def test_without_a_tag_the_image_has_none(ready: Repo) -> None:
    assert ready.put(IMAGE)["imageId"] == {"imageDigest": IMAGE.digest}
    assert ready.ids() == {(IMAGE.digest, None)}


def test_the_same_image_takes_further_tags_and_refuses_what_changes_nothing(ready: Repo) -> None:
    ready.put(IMAGE)
    assert refused(ready.put, image=IMAGE) == already_exists(ready, IMAGE.digest, None)
    ready.put(IMAGE, "1")
    pushed = ready.detail(imageTag="1")["imagePushedAt"]
    ready.put(IMAGE, "2")
    assert refused(ready.put, image=IMAGE, tag="2") == already_exists(ready, IMAGE.digest, "2")
    assert refused(ready.put, image=IMAGE) == already_exists(ready, IMAGE.digest, None)
    assert ready.ids() == {(IMAGE.digest, "1"), (IMAGE.digest, "2")}
    assert ready.detail(imageTag="2")["imagePushedAt"] == pushed


def test_a_moved_tag_leaves_its_image_behind(ready: Repo) -> None:
    other = tiny_image("put later")
    ready.put(IMAGE, "1")
    ready.push(other, "1")
    assert ready.ids() == {(IMAGE.digest, None), (other.digest, "1")}


def test_an_immutable_tag_of_the_same_image_already_exists(ready: Repo) -> None:
    ready.put_image_tag_mutability(imageTagMutability="IMMUTABLE")
    ready.put(IMAGE, "1")
    assert refused(ready.put, image=IMAGE, tag="1") == already_exists(ready, IMAGE.digest, "1")


def test_a_digest_is_checked(ready: Repo) -> None:
    message = f"The provided digest '{ABSENT}' does not match the digest of the image manifest '{IMAGE.digest}'"
    expected = Refused("ImageDigestDoesNotMatchException", message, 400, {})
    assert refused(ready.put, image=IMAGE, imageDigest=ABSENT) == expected
    form = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
    assert refused(ready.put, image=IMAGE, imageDigest="latest") == invalid("imageDigest", form)
    found = refused(ready.put, image=IMAGE, imageDigest="sha256:abc")
    assert found.code == "InvalidParameterException"
    assert ready.ids() == set()


def test_an_image_can_go_by_sha512(ready: Repo) -> None:
    assert ready.put(IMAGE, "1", imageDigest=SHA512)["imageId"] == {"imageDigest": SHA512, "imageTag": "1"}
    assert ready.detail(imageDigest=SHA512)["imageTags"] == ["1"]
    assert refused(ready.describe_images, imageIds=[{"imageDigest": IMAGE.digest}]).code == "ImageNotFoundException"


def test_layers_that_are_missing_are_named(repo: Repo) -> None:
    config, layer = IMAGE.blobs
    repo.upload(layer)
    message = (
        f"Layers with digests '[{digest_of(config)}]' required for pushing image into repository "
        f"with name '{repo.name}' in the registry with id '{repo.account}' do not exist"
    )
    assert refused(repo.put, image=IMAGE, tag="1") == Refused("LayersNotFoundException", message, 400, {})
    assert repo.ids() == set()


def test_layers_of_another_repository_are_missing_here(ready: Repo, new_repo: Any) -> None:
    assert ready.put(IMAGE, "1")
    assert refused(new_repo().put, image=IMAGE, tag="1").code == "LayersNotFoundException"


def test_images_that_an_index_lists_have_to_be_there(ready: Repo) -> None:
    other = tiny_image("put arm64")
    index = make_index({"amd64": IMAGE, "arm64": other})
    ready.put(IMAGE)
    message = (
        f"Images with digests '[{other.digest}]' required for pushing image into repository "
        f"with name '{ready.name}' in the registry with id '{ready.account}' do not exist"
    )
    expected = Refused("ReferencedImagesNotFoundException", message, 400, {})
    assert refused(ready.put, image=index, tag="1") == expected
    ready.push(other)
    assert ready.put(index, "1")["imageManifestMediaType"] == OCI_INDEX


def test_a_manifest_without_media_type_needs_the_parameter(ready: Repo) -> None:
    document = {key: value for key, value in IMAGE.document.items() if key != "mediaType"}
    bare = Image(json_bytes(document), OCI_MANIFEST)
    found = refused(ready.put, image=bare, tag="1")
    assert found.code == "InvalidParameterException"
    assert found.message.startswith(
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'the manifest has no"
    )
    put = ready.put(bare, "1", imageManifestMediaType=OCI_MANIFEST)
    assert put["imageManifestMediaType"] == OCI_MANIFEST
    assert ready.detail(imageTag="1")["imageManifestMediaType"] == OCI_MANIFEST


def test_the_media_type_given_is_that_of_the_manifest(ready: Repo) -> None:
    found = refused(ready.put, image=IMAGE, imageManifestMediaType=OCI_INDEX)
    text = f"the manifest's mediaType is {OCI_MANIFEST}, not {OCI_INDEX} as declared"
    assert found == invalid("ImageManifest", text)


@pytest.mark.parametrize("manifest", ["{", "null", "[]", '"text"', "{}", "\ud800", '{"schemaVersion": 1}'])
def test_what_is_no_manifest(ready: Repo, manifest: str) -> None:
    found = refused(ready.put_image, imageManifest=manifest)
    if manifest == "\ud800":
        assert found.code == "SerializationException"
        return
    assert found.code == "InvalidParameterException"
    assert found.message.startswith(constraint("ImageManifest", "")[:-1])


def test_manifests_have_four_mebibytes_at_most(ready: Repo) -> None:
    padding = 4_194_304 - len(IMAGE.manifest)
    largest = IMAGE.manifest.decode() + " " * padding
    put = ready.put_image(imageManifest=largest, imageTag="large")["image"]
    assert put["imageId"]["imageDigest"] == digest_of(largest.encode())
    most = invalid("imageManifest", "Member must have length less than or equal to 4194304")
    assert refused(ready.put_image, imageManifest=largest + " ") == most
    two_bytes_each = '{"note":"' + "é" * 2_200_000 + '"}'
    assert refused(ready.put_image, imageManifest=two_bytes_each).message == constraint(
        "ImageManifest", "Member must have length less than or equal to 4194304"
    )
    least = invalid("imageManifest", "Member must have length greater than or equal to 1")
    assert refused(ready.put_image, imageManifest="") == least


@pytest.mark.parametrize("tag", ["-x", ".x", "a/b", "a:b", "a b", "é", "a" * 129, "a\n"])
def test_tags_out_of_the_grammar(ready: Repo, tag: str) -> None:
    grammar = "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'"
    assert refused(ready.put, image=IMAGE, tag=tag) == invalid("imageTag", grammar)
    assert ready.ids() == set()


def test_tags_have_one_to_300_characters_by_the_model(ready: Repo) -> None:
    least = invalid("imageTag", "Member must have length greater than or equal to 1")
    assert refused(ready.put, image=IMAGE, tag="") == least
    most = invalid("imageTag", "Member must have length less than or equal to 300")
    assert refused(ready.put, image=IMAGE, tag="a" * 301) == most


def test_an_image_has_a_thousand_tags_at_most(server: Server, ready: Repo) -> None:
    ready.put(IMAGE, "tag-0000")
    ref = RepositoryRef(Registry(ready.account, server.region), ready.name)

    async def add(app: App) -> None:
        def tags(connection: Any) -> None:
            repository = require(connection, ref)
            row = image_rows.find_image(connection, repository.id, IMAGE.digest)
            assert row is not None
            for number in range(1, 999):
                image_tags.create_tag(connection, repository.id, f"tag-{number:04}", row.id, to_micros(utc_now()))

        await app.db.write(tags)

    in_app(server.data, add)
    ready.put(IMAGE, "the-last-one")
    message = f"The image with digest '{IMAGE.digest}' has the maximum of 1000 tags"
    expected = Refused("LimitExceededException", message, 400, {})
    assert refused(ready.put, image=IMAGE, tag="one-more") == expected
    assert len(ready.detail(imageTag="the-last-one")["imageTags"]) == 1000


def test_no_repository_no_image(repo: Repo) -> None:
    absent = Repo(repo.ecr, f"{repo.name}-absent", repo.account)
    assert refused(absent.put, image=IMAGE, tag="1").code == "RepositoryNotFoundException"
    assert refused(repo.put_image) == invalid("imageManifest", "Member must not be null")
