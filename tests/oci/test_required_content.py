"""A manifest is taken only with all that it needs in its repository, and within 4 MiB."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.oci.test_manifests import push_content
from tests.support.images import OCI_MANIFEST, Image, digest_of, json_bytes, make_index, tiny_image

LIMIT = 4 * 1024 * 1024
IMAGE = tiny_image("required content")


def message_of(oci: Checked, repository: str, image: Image) -> str:
    """ECR's sentence with which a push of the manifest is refused."""
    answer = oci.put_manifest(repository, "v1", image.manifest, image.media_type).expect(400)
    assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]
    oci.get_manifest(repository, "v1").expect(404)
    oci.get_manifest(repository, image.digest).expect(404)
    return answer.json()["errors"][0]["message"]


def refusal_of(ecr: Any, repository: str, image: Image) -> tuple[str, str]:
    """Code and message with which PutImage refuses the manifest."""
    with pytest.raises(ClientError) as refused:
        ecr.put_image(repositoryName=repository, imageManifest=image.manifest.decode(), imageTag="v1")
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_missing_layers(oci: Checked, ecr: Any, repository: str) -> None:
    config, layer = (digest_of(blob) for blob in IMAGE.blobs)
    account = ecr.describe_registry()["registryId"]
    sentence = (
        "Layers with digests '[{}]' required for pushing image into repository with name "
        f"'{repository}' in the registry with id '{account}' do not exist"
    )
    assert message_of(oci, repository, IMAGE) == sentence.format(f"{config}, {layer}")
    oci.push_blob(repository, IMAGE.blobs[0])
    assert message_of(oci, repository, IMAGE) == sentence.format(layer)
    assert refusal_of(ecr, repository, IMAGE) == ("LayersNotFoundException", sentence.format(layer))
    oci.push_blob(repository, IMAGE.blobs[1])
    oci.put_manifest(repository, "v1", IMAGE.manifest, IMAGE.media_type).expect(201)


def test_layers_of_another_repository_do_not_count(oci: Checked, repository: str, other: str) -> None:
    oci.push_image(other, IMAGE, "v1")
    assert digest_of(IMAGE.blobs[1]) in message_of(oci, repository, IMAGE)


def test_missing_children(oci: Checked, ecr: Any, repository: str, other: str) -> None:
    index = make_index({"amd64": tiny_image("child one"), "arm64": tiny_image("child two")})
    first, second = index.children
    oci.push_image(other, index, "v1")
    oci.push_image(repository, first)
    account = ecr.describe_registry()["registryId"]
    sentence = (
        f"Images with digests '[{second.digest}]' required for pushing image into repository with name "
        f"'{repository}' in the registry with id '{account}' do not exist"
    )
    assert message_of(oci, repository, index) == sentence
    assert refusal_of(ecr, repository, index) == ("ReferencedImagesNotFoundException", sentence)
    oci.push_image(repository, second)
    oci.put_manifest(repository, "v1", index.manifest, index.media_type).expect(201)


def test_a_child_that_is_there_as_a_blob_only_is_missing(oci: Checked, repository: str) -> None:
    child = tiny_image("blob, not image")
    push_content(oci, repository, child)
    oci.push_blob(repository, child.manifest)
    assert child.digest in message_of(oci, repository, make_index({"amd64": child}))


def test_a_layer_of_another_size_than_the_manifest_s(oci: Checked, ecr: Any, repository: str) -> None:
    push_content(oci, repository, IMAGE)
    document = IMAGE.document
    document["layers"][0]["size"] += 1
    image = Image(json_bytes(document), OCI_MANIFEST)
    answer = oci.put_manifest(repository, "v1", image.manifest, image.media_type).expect(400)
    assert answer.codes == ["MANIFEST_INVALID"]
    assert refusal_of(ecr, repository, image)[0] == "InvalidParameterException"
    oci.get_manifest(repository, "v1").expect(404)


def padded(size: int) -> bytes:
    """The image's manifest with an annotation that makes it `size` bytes long."""
    bare = json_bytes({**IMAGE.document, "annotations": {"pad": ""}})
    return json_bytes({**IMAGE.document, "annotations": {"pad": "x" * (size - len(bare))}})


def test_a_manifest_of_4_mib(oci: Checked, ecr: Any, repository: str) -> None:
    push_content(oci, repository, IMAGE)
    manifest = padded(LIMIT)
    assert len(manifest) == LIMIT
    oci.put_manifest(repository, "v1", manifest, OCI_MANIFEST).expect(201)
    assert oci.get_manifest(repository, "v1").expect(200).body == manifest
    given = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}])
    assert given["images"][0]["imageManifest"] == manifest.decode()
    ecr.put_image(repositoryName=repository, imageManifest=manifest.decode(), imageTag="v2")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_manifest_of_a_byte_more(oci: Checked, repository: str, *, streamed: bool) -> None:
    push_content(oci, repository, IMAGE)
    manifest = padded(LIMIT + 1)
    body = iter([manifest[:LIMIT], manifest[LIMIT:]]) if streamed else manifest
    headers = {"Content-Type": OCI_MANIFEST}
    answer = oci.request("PUT", f"/v2/{repository}/manifests/v1", headers=headers, body=body).expect(413)
    assert answer.codes == ["MANIFEST_INVALID"]
    assert str(LIMIT) in answer.json()["errors"][0]["message"]
    oci.get_manifest(repository, "v1").expect(404)


def test_a_manifest_of_a_byte_more_through_put_image(oci: Checked, ecr: Any, repository: str) -> None:
    push_content(oci, repository, IMAGE)
    code, message = refusal_of(ecr, repository, Image(padded(LIMIT + 1), OCI_MANIFEST))
    assert code == "InvalidParameterException"
    assert str(LIMIT) in message
    oci.get_manifest(repository, "v1").expect(404)
