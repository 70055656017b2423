"""Manifests that are wrong, and that nothing but a domain error ever comes of them."""

from __future__ import annotations

import copy
import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import DomainError, ManifestInvalid
from entrepot.rules import media_types as m
from entrepot.rules.manifest import parse_manifest
from tests.rules.strategies import Document, documents, json_values, payloads
from tests.rules.test_manifest import descriptor, image, index, parse

DOCKER_IMAGE = image() | {"mediaType": m.DOCKER_MANIFEST}
ABSENT = object()


def changed(document: Document, path: str, value: object) -> Document:
    """`document` with the member at `path` (dotted, numbers for positions) replaced, or removed for ABSENT."""
    result = copy.deepcopy(document)
    *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    holder: Any = result
    for step in parents:
        holder = holder[step]
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value
    return result


def assert_refused(document: Document, words: str, declared: str | None = None) -> None:
    with pytest.raises(ManifestInvalid, match=words):
        parse(document, declared)


FULL = image(descriptor(2), subject=descriptor(3, m.OCI_MANIFEST), annotations={"a": "b"})


@pytest.mark.parametrize("where", ["config", "layers.0", "subject"])
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("mediaType", ABSENT), ("mediaType", ""), ("mediaType", 1), ("mediaType", "plain"), ("mediaType", "a/b\n"),
        ("mediaType", "a/" + "b" * 300), ("mediaType", "a/b;" + "c" * 252),
        ("mediaType", "é/b"), ("digest", ABSENT), ("digest", 1),
        ("digest", "sha256:abc"), ("digest", "md5:" + "a" * 32), ("digest", "sha256:" + "A" * 64), ("size", ABSENT),
        ("size", -1), ("size", True), ("size", 1.0), ("size", "1"), ("size", 2**53 + 1), ("size", None),
        ("urls", "https://example.com"), ("urls", [1]), ("annotations", {"a": 1}), ("annotations", []),
        ("annotations", {"a": "\0"}), ("artifactType", 7), ("Digest", "x"),
    ],
)  # fmt: skip
def test_bad_descriptors_are_refused_with_their_place(where: str, member: str, value: object) -> None:
    place = where.replace(".0", r"\[0\]")
    assert_refused(changed(FULL, f"{where}.{member}", value), place)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("schemaVersion", ABSENT, "schemaVersion must be 2"),
        ("schemaVersion", "2", "schemaVersion must be 2"),
        ("schemaVersion", 2.0, "schemaVersion must be 2"),
        ("schemaVersion", True, "schemaVersion must be 2"),
        ("schemaVersion", 3, "schemaVersion must be 2"),
        ("schemaVersion", 1, "schema 1 are not supported"),
        ("mediaType", 1, "mediaType must be a media type"),
        ("mediaType", m.OCI_MANIFEST + ";charset=utf-8", "are not supported"),
        ("mediaType", m.OCI_MANIFEST.upper(), "are not supported"),
        ("mediaType", "application/json", "'application/json' are not supported"),
        ("mediaType", m.DOCKER_SCHEMA_1_SIGNED, "schema 1 are not supported"),
        ("mediaType", m.OCI_ARTIFACT, "withdrawn from OCI 1.1"),
        ("mediaType", m.OCI_INDEX, "must not have 'config'"),
        ("config", ABSENT, "config must be an object"),
        ("config", None, "config must be an object"),
        ("config", [], "config must be an object"),
        ("layers", ABSENT, "layers must be a list"),
        ("layers", None, "layers must be a list"),
        ("layers", {}, "layers must be a list"),
        ("layers", [1], r"layers\[0\] must be an object"),
        ("subject", [], "subject must be an object"),
        ("artifactType", "nonsense", "artifactType must be a media type"),
        ("artifactType", {}, "artifactType must be a media type"),
        ("annotations", "a", "annotations must be an object"),
        ("annotations", {"a": None}, "annotations must map strings to strings"),
        ("annotations", {"\0": "a"}, "without NUL"),
    ],
)
def test_bad_members_of_an_image_are_refused(path: str, value: object, words: str) -> None:
    assert_refused(changed(FULL, path, value), words)


@pytest.mark.parametrize("value", [ABSENT, None, {}, "x"])
def test_an_index_needs_its_list(value: object) -> None:
    assert_refused(changed(index(), "manifests", value), "manifests must be a list")


def test_bad_descriptors_of_an_index_are_refused() -> None:
    children = [descriptor(2, m.OCI_MANIFEST), descriptor(3, m.OCI_MANIFEST)]
    assert_refused(changed(index(*children), "manifests.1.size", -1), r"manifests\[1\].size")


@pytest.mark.parametrize(
    ("document", "key"),
    [(image(), "manifests"), (image(), "fsLayers"), (index(), "layers"), (index(), "config"), (index(), "fsLayers")],
)
@pytest.mark.parametrize("value", [None, [], {}])
def test_a_manifest_that_could_be_read_as_another_kind_is_refused(document: Document, key: str, value: object) -> None:
    assert_refused(changed(document, key, value), f"must not have '{key}'")


@pytest.mark.parametrize("key", ["Manifests", "MANIFESTS", "manifeſts", "MediaType", "fslayers", "Config"])  # noqa: RUF001
def test_keys_that_other_readers_take_for_known_ones_are_refused(key: str) -> None:
    assert_refused(image() | {key: []}, "in case only")


def test_the_kind_declared_must_fit_what_is_there() -> None:
    document = changed(image(), "mediaType", ABSENT)
    assert_refused(document, "must not have 'config'", m.OCI_INDEX)
    assert_refused(changed(index(), "mediaType", ABSENT), "must not have 'manifests'", m.OCI_MANIFEST)


@pytest.mark.parametrize(
    "declared", [m.OCI_INDEX, m.DOCKER_MANIFEST, "application/json", "text/plain; charset=utf-8", "x"]
)
def test_the_media_types_of_manifest_and_request_must_agree(declared: str) -> None:
    assert_refused(image(), rf"mediaType is {re.escape(m.OCI_MANIFEST)}, not [a-z/+.0-9]+ as declared", declared)


@pytest.mark.parametrize("media_type", [m.DOCKER_MANIFEST, m.DOCKER_LIST])
def test_docker_s_manifests_must_say_what_they_are(media_type: str) -> None:
    for document in (image(), index()):
        assert_refused(changed(document, "mediaType", ABSENT), "must state it as its mediaType", media_type)


@pytest.mark.parametrize("declared", [m.DOCKER_SCHEMA_1, m.OCI_ARTIFACT, "application/json", "a" * 10**6])
def test_declared_types_that_are_not_supported_are_refused(declared: str) -> None:
    with pytest.raises(ManifestInvalid, match="not supported") as caught:
        parse(changed(image(), "mediaType", ABSENT), declared)
    assert len(str(caught.value)) < 600


def test_schema_1_is_refused_by_its_name() -> None:
    document = {"schemaVersion": 1, "name": "a", "tag": "b", "architecture": "amd64", "fsLayers": [], "history": []}
    assert_refused(document, "Docker manifests of schema 1 are not supported", m.DOCKER_SCHEMA_1_SIGNED)


def mutants(document: Document) -> st.SearchStrategy[Document]:
    paths = [
        *document,
        *(f"{key}.{inner}" for key, value in document.items() if isinstance(value, dict) for inner in value),
    ]
    for key in ("layers", "manifests"):
        paths += [f"{key}.{at}" for at in range(len(document.get(key, [])))]
        paths += [f"{key}.{at}.{inner}" for at, each in enumerate(document.get(key, [])) for inner in each]
    return st.builds(changed, st.just(document), st.sampled_from(paths), st.just(ABSENT) | json_values)


@given(documents().flatmap(mutants), st.none() | st.sampled_from(sorted(m.KINDS)))
def test_a_mutant_is_read_or_refused_and_never_worse(document: Document, declared: str | None) -> None:
    try:
        manifest = parse(document, declared)
    except DomainError as error:
        message = str(error)
    else:
        message = ""
        assert all(0 <= blob.size <= 2**53 for blob in manifest.blobs)
    assert len(message) < 1000


@given(payloads, st.data())
def test_a_damaged_payload_is_read_or_refused_and_never_worse(payload: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(payload) - 1))
    middle = data.draw(st.binary(max_size=3))
    cut = data.draw(st.integers(0, 4))
    try:
        parse_manifest(payload[:at] + middle + payload[at + cut :], data.draw(st.none() | st.text(max_size=20)))
    except DomainError as error:
        assert error.message.startswith("Invalid parameter at 'ImageManifest'")  # noqa: PT017


def test_the_largest_manifests_are_read_in_a_moment() -> None:
    payload = json.dumps(image(*(descriptor(number) for number in range(20_000)))).encode()
    started = time.process_time()
    assert len(parse_manifest(payload, None).blobs) == 20_000
    assert time.process_time() - started < 2
