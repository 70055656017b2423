"""An input that is valid for each operation of this release, whatever it finds there."""

from __future__ import annotations

from typing import Any

from tests.ecr.lab import ABSENT, UPLOAD_ID

POLICY = '{"Version": "2012-10-17", "Statement": []}'

NO_REPOSITORY = {
    "DeleteRegistryPolicy": {},
    "DescribeRegistry": {},
    "GetAccountSetting": {"name": "BLOB_MOUNTING"},
    "GetAuthorizationToken": {},
    "GetRegistryPolicy": {},
    "PutAccountSetting": {"name": "BLOB_MOUNTING", "value": "DISABLED"},
    "PutRegistryPolicy": {"policyText": POLICY},
}
"""The operations on the registry as a whole."""

IN_A_REPOSITORY = {
    "BatchCheckLayerAvailability": {"layerDigests": [ABSENT]},
    "BatchDeleteImage": {"imageIds": [{"imageTag": "1"}]},
    "BatchGetImage": {"imageIds": [{"imageTag": "1"}]},
    "CompleteLayerUpload": {"uploadId": UPLOAD_ID, "layerDigests": [ABSENT]},
    "CreateRepository": {},
    "DeleteRepository": {},
    "DeleteRepositoryPolicy": {},
    "DescribeImages": {},
    "GetDownloadUrlForLayer": {"layerDigest": ABSENT},
    "GetRepositoryPolicy": {},
    "InitiateLayerUpload": {},
    "ListImageReferrers": {"subjectId": {"imageDigest": ABSENT}},
    "ListImages": {},
    "PutImage": {"imageManifest": "{}"},
    "PutImageTagMutability": {"imageTagMutability": "MUTABLE"},
    "SetRepositoryPolicy": {"policyText": POLICY},
    "UploadLayerPart": {"uploadId": UPLOAD_ID, "partFirstByte": 0, "partLastByte": 0, "layerPartBlob": b"a"},
}
"""The operations with a repositoryName and a registryId."""

BY_ARN = {
    "ListTagsForResource": {},
    "TagResource": {"tags": [{"Key": "key", "Value": "value"}]},
    "UntagResource": {"tagKeys": ["key"]},
}
"""The operations with a resourceArn."""

ALL = {*NO_REPOSITORY, *IN_A_REPOSITORY, *BY_ARN, "DescribeRepositories"}


def of_repository(operation: str, name: str, arn: str) -> dict[str, Any]:
    """The input of an operation about the repository of that name and ARN, which need not exist."""
    if operation in BY_ARN:
        return {"resourceArn": arn, **BY_ARN[operation]}
    if operation == "DescribeRepositories":
        return {"repositoryNames": [name]}
    if operation in IN_A_REPOSITORY:
        return {"repositoryName": name, **IN_A_REPOSITORY[operation]}
    return NO_REPOSITORY[operation]
