"""Manifests that are right, and what is read from them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from entrepot.errors import ManifestInvalid, ManifestTooLarge
from entrepot.rules import media_types as m
from entrepot.rules.descriptors import Descriptor
from entrepot.rules.manifest import MANIFEST_LIMIT, Manifest, image_size, parse_manifest
from tests.rules.strategies import Document, documents


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def descriptor(number: int, media_type: str = m.OCI_LAYER_GZIP, **more: object) -> Document:
    return {"mediaType": media_type, "digest": digest(number), "size": number, **more}


def image(*layers: Document, **more: object) -> Document:
    config = descriptor(1, m.OCI_CONFIG)
    return {"schemaVersion": 2, "mediaType": m.OCI_MANIFEST, "config": config, "layers": list(layers), **more}


def index(*manifests: Document, **more: object) -> Document:
    return {"schemaVersion": 2, "mediaType": m.OCI_INDEX, "manifests": list(manifests), **more}


def parse(document: Document, declared: str | None = None) -> Manifest:
    return parse_manifest(json.dumps(document).encode(), declared)


def numbers(descriptors: tuple[Descriptor, ...]) -> list[int]:
    return [int(each.digest.removeprefix("sha256:"), 16) for each in descriptors]


@given(documents())
def test_what_a_manifest_says_is_read(document: Document) -> None:
    manifest = parse(document)
    assert manifest == parse(document, document["mediaType"])
    assert manifest.media_type == document["mediaType"]
    assert manifest.kind == m.KINDS[manifest.media_type]
    listed = document.get("layers", []) + document.get("manifests", [])
    read = manifest.layers + manifest.manifests
    assert [(d["mediaType"], d["digest"], d["size"]) for d in listed] == [
        (r.media_type, r.digest, r.size) for r in read
    ]
    assert [tuple(d.get("urls", ())) for d in listed] == [r.urls for r in read]
    assert (manifest.config and manifest.config.digest) == document.get("config", {}).get("digest")
    assert (manifest.subject and manifest.subject.digest) == document.get("subject", {}).get("digest")
    assert manifest.annotations == document.get("annotations", {})
    fallback = document["config"]["mediaType"] if manifest.kind == "image" else None
    assert manifest.artifact_type == (document.get("artifactType") or fallback)


@given(documents())
def test_every_descriptor_is_a_blob_a_foreign_layer_or_a_child(document: Document) -> None:
    manifest = parse(document)
    parts = {d["digest"] for d in [*document.get("layers", []), *document.get("manifests", [])]}
    parts |= {manifest.config.digest} if manifest.config else set()
    found = [d.digest for d in (*manifest.blobs, *manifest.foreign_layers, *manifest.children)]
    assert set(found) == parts


@pytest.mark.parametrize("media_type", [m.OCI_MANIFEST, m.OCI_INDEX])
@pytest.mark.parametrize("parameters", ["", "; charset=utf-8", ";x"])
def test_an_oci_manifest_may_leave_its_media_type_to_the_request(media_type: str, parameters: str) -> None:
    document = image() if media_type == m.OCI_MANIFEST else index()
    del document["mediaType"]
    assert parse(document, media_type.upper() + parameters).media_type == media_type


def test_blobs_are_config_and_layers_once_each_without_foreign_ones() -> None:
    foreign = descriptor(4, m.OCI_FOREIGN_LAYER_GZIP, urls=["https://example.com/4"])
    here = descriptor(5, m.DOCKER_FOREIGN_LAYER_GZIP)
    manifest = parse(image(descriptor(2), foreign, descriptor(3), here, descriptor(2), foreign))
    assert numbers(manifest.blobs) == [1, 2, 3, 5]
    assert numbers(manifest.foreign_layers) == [4]
    assert manifest.foreign_layers[0].urls == ("https://example.com/4",)
    assert manifest.children == ()
    assert image_size(manifest) == 1 + 2 + 3 + 5


def test_a_layer_with_urls_that_may_be_distributed_has_to_be_here() -> None:
    assert numbers(parse(image(descriptor(2, urls=["https://example.com"]))).blobs) == [1, 2]


def test_children_are_the_manifests_of_an_index_once_each() -> None:
    children = [descriptor(7, m.OCI_MANIFEST), descriptor(8, m.OCI_INDEX), descriptor(7, m.OCI_MANIFEST)]
    manifest = parse(index(*children))
    assert numbers(manifest.children) == [7, 8]
    assert manifest.blobs == ()
    assert image_size(manifest) == 0


def test_a_build_cache_index_holds_blobs() -> None:
    cache = descriptor(3, "application/vnd.buildkit.cacheconfig.v0")
    manifest = parse(index(descriptor(2), cache, descriptor(9, m.DOCKER_SCHEMA_1)))
    assert numbers(manifest.blobs) == [2, 3]
    assert numbers(manifest.children) == [9]


def test_annotations_cannot_be_changed() -> None:
    annotations = parse(image(annotations={"a": "b"})).annotations
    with pytest.raises(TypeError):
        annotations["a"] = "c"  # type: ignore[index]


def test_descriptors_of_an_index_keep_their_artifact_type() -> None:
    child = descriptor(7, m.OCI_MANIFEST, artifactType="application/vnd.example")
    assert parse(index(child)).manifests[0].artifact_type == "application/vnd.example"


def test_a_manifest_may_have_as_many_bytes_as_ecr_takes() -> None:
    room = MANIFEST_LIMIT - len(json.dumps(image(annotations={"a": ""})).encode())
    payload = json.dumps(image(annotations={"a": "x" * room})).encode()
    assert len(payload) == 4 * 1024 * 1024
    parse_manifest(payload, None)
    with pytest.raises(ManifestTooLarge, match="length less than or equal to 4194304"):
        parse_manifest(payload + b" ", None)


def test_a_media_type_that_nobody_gives_is_asked_for() -> None:
    document = image()
    del document["mediaType"]
    for declared in (None, "", " ; charset=utf-8"):
        with pytest.raises(ManifestInvalid, match=r"'ImageManifest' .*imageManifestMediaType"):
            parse(document, declared)
