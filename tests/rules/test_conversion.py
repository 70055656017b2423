from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules import media_types as m
from entrepot.rules.conversion import convert, negotiate, parse_accept
from entrepot.rules.manifest import Manifest, parse_manifest
from tests.rules.strategies import Document, descriptors, documents
from tests.rules.test_manifest import descriptor, image, parse

OCI_LAYERS = [m.OCI_LAYER, m.OCI_LAYER_GZIP, m.OCI_FOREIGN_LAYER, m.OCI_FOREIGN_LAYER_GZIP]
DOCKER_LAYERS = [m.DOCKER_LAYER, m.DOCKER_LAYER_GZIP, m.DOCKER_FOREIGN_LAYER, m.DOCKER_FOREIGN_LAYER_GZIP]
OTHER = {m.OCI_MANIFEST: m.DOCKER_MANIFEST, m.DOCKER_MANIFEST: m.OCI_MANIFEST}


@st.composite
def plain_images(draw: st.DrawFn) -> Document:
    """Images all of whose parts exist in both formats."""
    media_type, config, layers = draw(
        st.sampled_from(
            [(m.OCI_MANIFEST, m.OCI_CONFIG, OCI_LAYERS), (m.DOCKER_MANIFEST, m.DOCKER_CONFIG, DOCKER_LAYERS)]
        )
    )
    return {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": draw(descriptors(st.just(config))),
        "layers": draw(st.lists(descriptors(st.sampled_from(layers)), max_size=4)),
    }


def converted(manifest: Manifest, target: str) -> Manifest:
    payload = convert(manifest, target)
    assert payload is not None
    assert payload == convert(manifest, target)
    return parse_manifest(payload, target)


@given(plain_images())
def test_conversion_there_and_back_changes_nothing_of_the_content(document: Document) -> None:
    manifest = parse(document)
    there = converted(manifest, OTHER[manifest.media_type])
    back = converted(there, manifest.media_type)
    assert there.media_type == OTHER[manifest.media_type]
    assert [(d.digest, d.size, d.urls) for d in there.layers] == [(d.digest, d.size, d.urls) for d in manifest.layers]
    assert [d.media_type for d in back.layers] == [d.media_type for d in manifest.layers]
    assert manifest.config
    assert back.config
    assert back.config.media_type == manifest.config.media_type
    assert {d.digest for d in there.blobs} == {d.digest for d in manifest.blobs}
    assert there.foreign_layers == () or {d.digest for d in manifest.foreign_layers}


def test_media_types_are_mapped_one_for_one() -> None:
    manifest = parse(image(*(descriptor(number + 2, each) for number, each in enumerate(OCI_LAYERS))))
    docker = converted(manifest, m.DOCKER_MANIFEST)
    assert docker.config
    assert docker.config.media_type == m.DOCKER_CONFIG
    assert [layer.media_type for layer in docker.layers] == DOCKER_LAYERS


def test_the_bytes_are_always_the_same() -> None:
    document = json.loads(convert(parse(image(descriptor(2))), m.DOCKER_MANIFEST) or b"")
    assert list(document) == ["schemaVersion", "mediaType", "config", "layers"]
    assert list(document["config"]) == ["mediaType", "size", "digest"]
    reordered = dict(reversed(image(descriptor(2)).items()))
    assert convert(parse(image(descriptor(2))), m.DOCKER_MANIFEST) == convert(parse(reordered), m.DOCKER_MANIFEST)


@pytest.mark.parametrize(
    "document",
    [
        image(descriptor(2), descriptor(3, m.OCI_LAYER_ZSTD)),
        image(descriptor(2, "text/plain")),
        image(descriptor(2), config=descriptor(1, "application/vnd.cncf.helm.config.v1+json")),
        image(descriptor(2), artifactType="application/vnd.example"),
        image(descriptor(2), subject=descriptor(3, m.OCI_MANIFEST)),
    ],
)
def test_what_has_no_equivalent_is_not_converted(document: Document) -> None:
    assert convert(parse(document), m.DOCKER_MANIFEST) is None


@given(documents(), st.sampled_from([*m.KINDS, "application/json", m.DOCKER_SCHEMA_1]))
def test_only_the_two_pairs_convert(document: Document, target: str) -> None:
    payload = convert(parse(document), target)
    assert payload is None or OTHER[document["mediaType"]] == target


@pytest.mark.parametrize(
    ("stored", "accepted", "served"),
    [
        (m.OCI_MANIFEST, None, m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, ("*/*",), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_MANIFEST, "*/*"), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_MANIFEST, "application/*"), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_MANIFEST, "text/*"), m.DOCKER_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_MANIFEST, m.OCI_MANIFEST), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_LIST, m.DOCKER_MANIFEST), m.DOCKER_MANIFEST),
        (m.DOCKER_MANIFEST, (m.OCI_MANIFEST, m.OCI_INDEX), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, (m.DOCKER_LIST,), m.OCI_MANIFEST),
        (m.OCI_MANIFEST, ("application/json",), m.OCI_MANIFEST),
        (m.OCI_INDEX, (m.DOCKER_LIST, m.DOCKER_MANIFEST), m.OCI_INDEX),
        (m.DOCKER_LIST, (m.OCI_INDEX, m.OCI_MANIFEST), m.DOCKER_LIST),
    ],
)
def test_what_is_served(stored: str, accepted: tuple[str, ...] | None, served: str) -> None:
    assert negotiate(stored, accepted) == served


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ([], ()),
        ([""], ()),
        (["a/b, c/d", "e/f,,"], ("a/b", "c/d", "e/f")),
        (["A/B;q=0.5, c/d ; charset=utf-8; q=1"], ("a/b", "c/d")),
        (["a/b;q=0, c/d;q=0.000, e/f; Q = 0.0, g/h;q=0.001"], ("g/h",)),
        (["*/*;q=0.1", "text/*"], ("*/*", "text/*")),
        (["a/b, a/b;v=1"], ("a/b",)),
        (["nonsense, a/b/c, /, a/, b c/d, x/y"], ("x/y",)),
    ],
)
def test_accept_fields_are_read(headers: list[str], accepted: tuple[str, ...]) -> None:
    assert parse_accept(headers) == accepted


@given(st.lists(st.text(max_size=40) | st.sampled_from([*m.KINDS, "*/*"]), max_size=5))
def test_any_accept_fields_give_something_to_serve(headers: list[str]) -> None:
    assert negotiate(m.OCI_MANIFEST, parse_accept(headers)) in (m.OCI_MANIFEST, m.DOCKER_MANIFEST)
