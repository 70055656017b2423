"""What is large stays bounded: answers with many manifests, messages about many layers."""

from __future__ import annotations

import json
from typing import Any

from tests.ecr.lab import MIB, refused
from tests.support.images import OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST


def index_of(size: int, number: int) -> str:
    """An index without children that has `size` bytes."""
    bare = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [], "annotations": {"n": str(number), "pad": ""}}
    bare["annotations"]["pad"] = "x" * (size - len(json.dumps(bare)))  # type: ignore[index]
    return json.dumps(bare)


def test_manifests_of_more_than_64_mib_are_not_given_out_at_once(new_repo: Any) -> None:
    repo = new_repo()
    digests = [
        repo.put_image(imageManifest=index_of(4 * MIB, number))["image"]["imageId"]["imageDigest"]
        for number in range(17)
    ]
    answer = refused(repo.batch_get_image, imageIds=[{"imageDigest": digest} for digest in digests])
    assert (answer.code, answer.status) == ("LimitExceededException", 400)
    got = repo.batch_get_image(imageIds=[{"imageDigest": digest} for digest in digests[:3]])
    assert [len(image["imageManifest"]) for image in got["images"]] == [4 * MIB] * 3


def test_a_manifest_of_more_layers_than_an_engine_takes_variables(new_repo: Any) -> None:
    layers = [{"mediaType": OCI_LAYER_GZIP, "digest": f"sha256:{number:064x}", "size": 1} for number in range(25_000)]
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": "application/json", "digest": f"sha256:{'c' * 64}", "size": 2},
        "layers": layers,
    }
    answer = refused(new_repo().put_image, imageManifest=json.dumps(manifest, separators=(",", ":")))
    assert answer.code == "LayersNotFoundException"
    assert "and 24901 more]' required" in answer.message
