from __future__ import annotations

from hypothesis import given

from entrepot.rules import media_types as m
from entrepot.rules.referrers import referrer_descriptor
from tests.rules.strategies import Document, documents
from tests.rules.test_manifest import descriptor, digest, image, index, parse


def test_an_artifact_is_listed_with_all_it_says() -> None:
    manifest = parse(
        image(artifactType="text/sbom+json", annotations={"a": "b"}, subject=descriptor(9, m.OCI_MANIFEST))
    )
    assert referrer_descriptor(manifest, digest(5), 500) == {
        "mediaType": m.OCI_MANIFEST,
        "digest": digest(5),
        "size": 500,
        "artifactType": "text/sbom+json",
        "annotations": {"a": "b"},
    }


def test_an_image_without_artifact_type_is_listed_with_that_of_its_config() -> None:
    assert referrer_descriptor(parse(image(artifactType="")), digest(5), 500) == {
        "mediaType": m.OCI_MANIFEST,
        "digest": digest(5),
        "size": 500,
        "artifactType": m.OCI_CONFIG,
    }


def test_an_index_without_artifact_type_is_listed_without() -> None:
    entry = referrer_descriptor(parse(index()), digest(5), 500)
    assert entry == {"mediaType": m.OCI_INDEX, "digest": digest(5), "size": 500}


@given(documents())
def test_entries_say_no_more_than_the_manifest(document: Document) -> None:
    entry = referrer_descriptor(parse(document), digest(1), 1)
    assert entry["mediaType"] == document["mediaType"]
    assert entry.get("annotations", {}) == document.get("annotations", {})
    assert ("artifactType" in entry) == bool(document.get("artifactType") or "config" in document)
