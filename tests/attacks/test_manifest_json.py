"""Manifests that are malformed, contradict themselves, or that two programs could read differently."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.oci.test_manifests import push_content
from tests.support.images import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    descriptor,
    json_bytes,
    make_index,
    tiny_image,
)
from tests.support.server import Server

IMAGE = tiny_image("malformed")
DOCKER = tiny_image("malformed", docker=True)
CONFIG = IMAGE.document["config"]
(LAYER,) = IMAGE.document["layers"]
DEEP = 100_000


def spoilt(**members: Any) -> bytes:
    """The image's manifest with members replaced; those that are None are left out."""
    document = {**IMAGE.document, **members}
    return json_bytes({name: value for name, value in document.items() if value is not None})


def with_layer(**members: Any) -> bytes:
    return spoilt(layers=[{**LAYER, **members}])


def inserted(text: str) -> bytes:
    """The manifest with text put in behind its opening brace."""
    return b"{" + text.encode() + IMAGE.manifest[1:]


MALFORMED = {
    "nothing": b"",
    "spaces": b" \n",
    "an opening": b"{",
    "cut off": IMAGE.manifest[:-1],
    "more behind it": IMAGE.manifest + b"{}",
    "NUL behind it": IMAGE.manifest + b"\0",
    "a list": b"[" + IMAGE.manifest + b"]",
    "a string": b'"manifest"',
    "null": b"null",
    "not text": bytes(range(256)),
    "UTF-16": IMAGE.manifest.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + IMAGE.manifest,
    "a lone surrogate": inserted('"x":"\\ud800",'),
    "NaN": inserted('"x":NaN,'),
    "deep lists": inserted('"x":' + "[" * DEEP + "]" * DEEP + ","),
    "lists without end": inserted('"x":' + "[" * DEEP),
    "deep objects": inserted('"x":' + '{"x":' * DEEP + "1" + "}" * DEEP + ","),
    "just too deep": inserted('"x":' + "[" * 64 + "]" * 64 + ","),
}
AMBIGUOUS = {
    "layers twice": inserted('"layers":[],'),
    "mediaType twice": inserted(f'"mediaType":"{OCI_MANIFEST}",'),
    "a digest twice": IMAGE.manifest.replace(b'"digest":', b'"digest":"sha256:0","digest":', 1),
    "a key twice, once escaped": inserted('"l\\u0061yers":[],'),
    "Layers beside layers": inserted('"Layers":[],'),
    "MEDIATYPE": inserted(f'"MEDIATYPE":"{OCI_INDEX}",'),
    "Digest in a descriptor": with_layer(Digest=CONFIG["digest"]),
    "an image with manifests": spoilt(manifests=[]),
    "an image with fsLayers": spoilt(fsLayers=[]),
    "an index with layers": json_bytes({**make_index({}).document, "layers": []}),
    "an index with a config": json_bytes({**make_index({}).document, "config": CONFIG}),
    "an index that says it is an image": spoilt(config=None, layers=None, manifests=[]),
    "an image that says it is an index": spoilt(mediaType=OCI_INDEX),
}
WRONG = {
    "no schemaVersion": spoilt(schemaVersion=None),
    "schemaVersion 1": spoilt(schemaVersion=1),
    "schemaVersion 3": spoilt(schemaVersion=3),
    "schemaVersion as text": spoilt(schemaVersion="2"),
    "schemaVersion true": spoilt(schemaVersion=True),
    "schemaVersion 2.0": spoilt(schemaVersion=2.0),
    "no config": spoilt(config=None),
    "config as text": spoilt(config="config"),
    "no layers": spoilt(layers=None),
    "layers as an object": spoilt(layers={"0": LAYER}),
    "a layer as text": spoilt(layers=["layer"]),
    "a layer as a list": spoilt(layers=[[LAYER]]),
    "no digest": spoilt(layers=[{key: value for key, value in LAYER.items() if key != "digest"}]),
    "a digest as a number": with_layer(digest=7),
    "a digest too short": with_layer(digest=LAYER["digest"][:-1]),
    "a digest in capitals": with_layer(digest=LAYER["digest"].upper()),
    "an unknown algorithm": with_layer(digest="md5:" + "0" * 32),
    "a path for a digest": with_layer(digest="sha256:../../../../etc/passwd"),
    "size below zero": with_layer(size=-1),
    "size as text": with_layer(size=str(LAYER["size"])),
    "size as a fraction": with_layer(size=LAYER["size"] + 0.5),
    "size true": with_layer(size=True),
    "size beyond all bounds": with_layer(size=10**30),
    "size another than the layer's": with_layer(size=LAYER["size"] + 1),
    "no size": spoilt(layers=[{key: value for key, value in LAYER.items() if key != "size"}]),
    "a media type that is none": with_layer(mediaType="not a media type"),
    "a media type with a line end": with_layer(mediaType="a/b\r\nX: y"),
    "mediaType as a number": spoilt(mediaType=7),
    "mediaType unknown": spoilt(mediaType="application/json"),
    "annotations as a list": spoilt(annotations=["a"]),
    "an annotation as a number": spoilt(annotations={"a": 1}),
    "an annotation with NUL": spoilt(annotations={"a": "\0"}),
    "subject as text": spoilt(subject=IMAGE.digest),
    "subject without a digest": spoilt(subject={"mediaType": OCI_MANIFEST, "size": 1}),
    "urls as text": with_layer(urls="http://localhost/"),
    "artifactType with a line end": spoilt(artifactType="a/b\r\nX: y"),
    "the OCI artifact manifest": json_bytes(
        {"mediaType": "application/vnd.oci.artifact.manifest.v1+json", "blobs": []}
    ),
    "schema 1": json_bytes(
        {"schemaVersion": 1, "name": "x", "tag": "y", "fsLayers": [], "history": [], "signatures": []}
    ),
    "an index entry without a size": json_bytes(
        {**make_index({}).document, "manifests": [{"mediaType": OCI_MANIFEST, "digest": IMAGE.digest}]}
    ),
}
ALL = {**MALFORMED, **AMBIGUOUS, **WRONG}


@pytest.fixture(scope="module")
def target(ecr: Any, oci: Checked) -> str:
    """A repository that holds what the image needs; nothing of this file is ever stored in it."""
    ecr.create_repository(repositoryName="malformed")
    push_content(oci, "malformed", IMAGE)
    push_content(oci, "malformed", DOCKER)
    return "malformed"


def assert_empty(ecr: Any, target: str) -> None:
    assert ecr.list_images(repositoryName=target)["imageIds"] == []


@pytest.mark.parametrize("name", ALL)
def test_refused_at_both_doors(server: Server, oci: Checked, ecr: Any, target: str, name: str) -> None:
    manifest = ALL[name]
    headers = {} if name in AMBIGUOUS else {"Content-Type": OCI_MANIFEST}
    answer = oci.request("PUT", f"/v2/{target}/manifests/v1", headers=headers, body=manifest).expect(400)
    assert answer.codes == ["MANIFEST_INVALID"]
    assert len(answer.body) < 1000
    try:
        text = manifest.decode()
    except UnicodeDecodeError:
        return
    given = {"repositoryName": target, "imageManifest": text, "imageTag": "v1"}
    reply = sign(server, "PutImage", given).send()
    assert (reply.status, reply.code) == (400, "InvalidParameterException")
    assert_empty(ecr, target)


@pytest.mark.parametrize(
    ("manifest", "declared"),
    [
        (IMAGE.manifest, OCI_INDEX),
        (IMAGE.manifest, DOCKER_MANIFEST),
        (make_index({}).manifest, OCI_MANIFEST),
        (make_index({}).manifest, DOCKER_LIST),
        (DOCKER.manifest, OCI_MANIFEST),
        (IMAGE.manifest, "application/json"),
        (IMAGE.manifest, "text/html"),
        (IMAGE.manifest, f"{OCI_INDEX}; {OCI_MANIFEST}"),
        (spoilt(mediaType=None), ""),
        (spoilt(mediaType=None), "application/octet-stream"),
        (spoilt(mediaType=None), OCI_INDEX),
        (spoilt(mediaType=None), DOCKER_MANIFEST),
    ],
    ids=str,
)
def test_another_media_type_than_the_manifest_s(
    oci: Checked, ecr: Any, target: str, manifest: bytes, declared: str
) -> None:
    answer = oci.put_manifest(target, "v1", manifest, declared).expect(400)
    assert answer.codes == ["MANIFEST_INVALID"]
    if declared:
        with pytest.raises(ClientError, match="InvalidParameterException"):
            ecr.put_image(
                repositoryName=target, imageManifest=manifest.decode(), imageManifestMediaType=declared, imageTag="v1"
            )
    assert_empty(ecr, target)


def test_an_index_cannot_smuggle_an_image_in_as_a_blob(oci: Checked, ecr: Any, target: str) -> None:
    """An entry whose media type is a manifest's has to be an image, whatever blob has its digest."""
    oci.push_blob(target, b'{"not":"a manifest"}')
    entry = descriptor(b'{"not":"a manifest"}', OCI_MANIFEST)
    index = json_bytes({**make_index({}).document, "manifests": [entry]})
    answer = oci.put_manifest(target, "v1", index, OCI_INDEX).expect(400)
    assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]
    assert_empty(ecr, target)
