"""BatchCheckLayerAvailability."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Repo, invalid, refused
from tests.support.images import OCI_CONFIG, OCI_LAYER_GZIP, digest_of, tiny_image

INVALID = "Invalid request parameters: a layer digest is sha256 or sha512, a colon, and hex digits in lower case"


def test_layers_of_images_are_there_with_size_and_media_type(repo: Repo) -> None:
    image = tiny_image("available")
    repo.push(image, "1")
    config, layer = image.blobs
    answer = repo.batch_check_layer_availability(
        registryId=repo.account, layerDigests=[digest_of(layer), ABSENT, digest_of(config)]
    )
    assert answer["layers"] == [
        {
            "layerDigest": digest_of(layer),
            "layerAvailability": "AVAILABLE",
            "layerSize": len(layer),
            "mediaType": OCI_LAYER_GZIP,
        },
        {"layerDigest": ABSENT, "layerAvailability": "UNAVAILABLE"},
        {
            "layerDigest": digest_of(config),
            "layerAvailability": "AVAILABLE",
            "layerSize": len(config),
            "mediaType": OCI_CONFIG,
        },
    ]
    assert answer["failures"] == []


def test_a_layer_without_an_image_is_there_without_media_type(repo: Repo) -> None:
    digest = repo.upload(b"a layer by itself")
    (found,) = repo.batch_check_layer_availability(layerDigests=[digest, digest])["layers"]
    assert found == {"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": 17}


def test_layers_are_those_of_one_repository(repo: Repo, new_repo: Any) -> None:
    digest = repo.upload(b"held by one of two")
    (found,) = new_repo().batch_check_layer_availability(layerDigests=[digest])["layers"]
    assert found == {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}


@pytest.mark.parametrize("digest", ["latest", "md5:" + "a" * 32, "sha256:abc", ABSENT.upper(), "sha512:" + "a" * 64])
def test_what_is_no_digest_is_a_failure_of_its_own(repo: Repo, digest: str) -> None:
    answer = repo.batch_check_layer_availability(layerDigests=[digest, ABSENT, ""])
    assert answer["layers"] == [{"layerDigest": ABSENT, "layerAvailability": "UNAVAILABLE"}]
    assert answer["failures"] == [
        {"layerDigest": digest, "failureCode": "InvalidLayerDigest", "failureReason": INVALID},
        {
            "layerDigest": "",
            "failureCode": "MissingLayerDigest",
            "failureReason": "Invalid request parameters: the layer digest is empty",
        },
    ]


def test_layers_asked_for_are_one_to_a_hundred(repo: Repo) -> None:
    check = repo.batch_check_layer_availability
    hundred = [f"sha256:{number:064x}" for number in range(101)]
    assert len(check(layerDigests=hundred[:100])["layers"]) == 100
    assert refused(check, layerDigests=hundred) == invalid(
        "layerDigests", "Member must have length less than or equal to 100"
    )
    assert refused(check, layerDigests=[]) == invalid(
        "layerDigests", "Member must have length greater than or equal to 1"
    )
    assert refused(check) == invalid("layerDigests", "Member must not be null")
    long = "Member must satisfy constraint: [Member must have length less than or equal to 1000, "
    long += "Member must have length greater than or equal to 0]"
    assert refused(check, layerDigests=["a" * 1001]) == invalid("layerDigests", long)


def test_no_repository_no_layers(repo: Repo) -> None:
    absent = Repo(repo.ecr, f"{repo.name}-absent", repo.account)
    assert refused(absent.batch_check_layer_availability, layerDigests=[ABSENT]).code == "RepositoryNotFoundException"
