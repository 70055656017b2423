"""Values that the rules meet: names, digests, descriptors and whole manifests, as Hypothesis strategies."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from entrepot.rules import media_types as m

Document = dict[str, Any]

_words = st.text("abcxyz0189", min_size=1, max_size=8)
_separators = st.sampled_from([".", "_", "__", "-", "---", "/"])


@st.composite
def repository_names(draw: st.DrawFn) -> str:
    name = draw(_words)
    for separator, word in draw(st.lists(st.tuples(_separators, _words), max_size=12)):
        name += separator + word
    return name if len(name) > 1 else name * 2


tags = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}", fullmatch=True)

digests = st.one_of(
    st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format),
    st.text("0123456789abcdef", min_size=128, max_size=128).map("sha512:{}".format),
)

config_types = st.sampled_from([m.OCI_CONFIG, m.DOCKER_CONFIG, m.OCI_EMPTY, "application/vnd.example.config+json"])
layer_types = st.sampled_from(
    [m.OCI_LAYER_GZIP, m.OCI_LAYER_ZSTD, m.DOCKER_LAYER_GZIP, m.DOCKER_FOREIGN_LAYER_GZIP, "text/plain;version=0.2"]
)
annotation_maps = st.dictionaries(st.text("ab/é", max_size=4), st.text("xy🙂 ", max_size=4), max_size=3)


@st.composite
def descriptors(draw: st.DrawFn, types: st.SearchStrategy[str]) -> Document:
    document: Document = {
        "mediaType": draw(types),
        "digest": draw(digests),
        "size": draw(st.integers(0, 2**53)),
    }
    extras: Document = {
        "urls": ["https://example.com/layer"],
        "annotations": draw(annotation_maps),
        "artifactType": "application/vnd.example",
        "data": "e30=",
    }
    for key in draw(st.sets(st.sampled_from(sorted(extras)))):
        document[key] = extras[key]
    return document


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Valid manifests of all four kinds that say their media type."""
    media_type = draw(st.sampled_from(sorted(m.KINDS)))
    document: Document = {"schemaVersion": 2, "mediaType": media_type}
    if m.KINDS[media_type] == "image":
        document["config"] = draw(descriptors(config_types))
        document["layers"] = draw(st.lists(descriptors(layer_types), max_size=4))
    else:
        document["manifests"] = draw(st.lists(descriptors(st.sampled_from(sorted(m.KINDS))), max_size=4))
    if draw(st.booleans()):
        document["subject"] = draw(descriptors(st.just(m.OCI_MANIFEST)))
    if draw(st.booleans()):
        document["annotations"] = draw(annotation_maps)
    if draw(st.booleans()):
        document["artifactType"] = draw(st.sampled_from(["", "application/vnd.example.sbom+json"]))
    return document


payloads = documents().map(lambda document: json.dumps(document).encode())

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(sorted(m.KINDS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
