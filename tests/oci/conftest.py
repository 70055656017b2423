"""Makes the fixtures for /v2/ by hand those of this folder."""

from __future__ import annotations

from tests.oci.fixtures import blob, ecr, immutable, nobody, oci, other, repository, second_ecr, second_keys, second_oci

__all__ = [
    "blob",
    "ecr",
    "immutable",
    "nobody",
    "oci",
    "other",
    "repository",
    "second_ecr",
    "second_keys",
    "second_oci",
]
