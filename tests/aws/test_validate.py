"""Constraints of the model, with ECR's sentence for each of them."""

from __future__ import annotations

import pytest

from entrepot.aws.validate import Validators
from entrepot.errors import InvalidParameter
from tests.aws.models import ECR

VALIDATORS = Validators(ECR)
UUID = "0" * 8 + "-0000" * 3 + "-" + "0" * 12
NULL = "Member must not be null"
NAME_PATTERN = (
    r"must satisfy regular expression '[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*'"
)
PREFIX_PATTERN = (
    "Member must satisfy regular expression pattern: "
    r"^([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*/?|ROOT)$"
)
UUID_PATTERN = "-".join(f"[0-9a-fA-F]{{{count}}}" for count in (8, 4, 4, 4, 12))
MODES = "MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION"
LIMIT = 20_971_520


def validate(operation: str, given: object) -> None:
    VALIDATORS.check(ECR.table[operation].input or "")(given, "")


def named(**members: object) -> dict[str, object]:
    return {"repositoryName": "team/app", **members}


def part(blob: str) -> dict[str, object]:
    return named(uploadId=UUID, partFirstByte=0, partLastByte=2**62, layerPartBlob=blob)


def most(limit: int, what: str = "length") -> str:
    return f"Member must have {what} less than or equal to {limit}"


def least(limit: int, what: str = "length") -> str:
    return f"Member must have {what} greater than or equal to {limit}"


def test_the_input_of_every_operation_compiles() -> None:
    for operation in ECR.table.values():
        VALIDATORS.check(operation.input or "")


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("CreateRepository", named()),
        ("CreateRepository", named(imageTagMutability="MUTABLE_WITH_EXCLUSION", tags=[{"Key": "", "Value": ""}])),
        ("CreateRepository", named(registryId=None, whatIsThis={"un": ["known"]})),
        ("DescribeRepositories", {"maxResults": 1000}),
        ("DescribeImages", named(imageIds=[{}], filter={})),
        ("BatchGetImage", named(imageIds=[{"imageTag": "\N{WHALE}" * 300}])),
        ("UploadLayerPart", part("")),
        ("DeleteRepository", named(force=False)),
    ],
)
def test_what_the_model_allows(operation: str, given: object) -> None:
    validate(operation, given)


@pytest.mark.parametrize(
    ("operation", "given", "path", "constraint"),
    [
        ("CreateRepository", {}, "repositoryName", NULL),
        ("CreateRepository", {"repositoryName": None}, "repositoryName", NULL),
        ("CreateRepository", {"repositoryName": "a"}, "repositoryName", least(2)),
        ("CreateRepository", {"repositoryName": "a" * 257}, "repositoryName", most(256)),
        ("CreateRepository", {"repositoryName": "Hello"}, "repositoryName", NAME_PATTERN),
        ("CreateRepository", {"repositoryName": "hello\n"}, "repositoryName", NAME_PATTERN),
        ("DescribeRepositories", {"repositoryNames": ["ok", "../x"]}, "repositoryName", NAME_PATTERN),
        ("DescribeRepositories", {"maxResults": 1001}, "maxResults", most(1000, "value")),
        ("DescribeRepositories", {"maxResults": 0}, "maxResults", least(1, "value")),
        ("DescribeRepositories", {"repositoryNames": []}, "repositoryNames", least(1)),
        ("BatchGetImage", named(imageIds=[{}] * 101), "imageIds", most(100)),
        ("BatchGetImage", named(imageIds=[None]), "imageIds.1.member", NULL),
        ("BatchGetImage", named(imageIds=[{}, {"imageTag": ""}]), "imageIds.2.member.imageTag", least(1)),
        ("TagResource", {"resourceArn": "arn", "tags": [{"Key": "a"}]}, "tags.1.member.value", NULL),
        ("CreatePullThroughCacheRule", {"ecrRepositoryPrefix": "A!"}, "ecrRepositoryPrefix", PREFIX_PATTERN),
        ("PutImage", named(imageManifest=""), "imageManifest", least(1)),
        ("UploadLayerPart", part("YWJj" * (LIMIT // 3 + 1)), "layerPartBlob", most(LIMIT)),
        (
            "DescribeRepositories",
            {"registryId": "12345678901\u0664"},
            "registryId",
            "must satisfy regular expression '[0-9]{12}'",
        ),
        (
            "GetAuthorizationToken",
            {"registryIds": ["012345678901", "1"]},
            "registryIds",
            "Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]",
        ),
        (
            "PutImageTagMutability",
            named(imageTagMutability="SOMETIMES"),
            "imageTagMutability",
            f"Member must satisfy enum value set: [{MODES}]",
        ),
        (
            "DescribeImages",
            named(filter={"tagStatus": "SOME"}),
            "filter.tagStatus",
            "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]",
        ),
        (
            "GetDownloadUrlForLayer",
            named(layerDigest="sha256"),
            "layerDigest",
            "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        ),
        ("UploadLayerPart", named(uploadId="1"), "uploadId", f"must satisfy regular expression '{UUID_PATTERN}'"),
    ],
)
def test_the_sentence_for_each_kind_of_constraint(operation: str, given: object, path: str, constraint: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        validate(operation, given)
    assert caught.value.message == f"Invalid parameter at '{path}' failed to satisfy constraint: '{constraint}'"


def test_a_blob_is_as_long_as_its_bytes() -> None:
    whole = "YWJj" * (LIMIT // 3)
    assert LIMIT % 3 == 2
    for size, end in ((LIMIT - 1, "YQ=="), (LIMIT, "YWI=")):
        assert size == LIMIT // 3 * 3 + 3 - end.count("=")
        validate("UploadLayerPart", part(whole + end))
