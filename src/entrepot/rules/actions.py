"""What a caller must be allowed for each request: the IAM actions of every ECR operation and every /v2/ route.

Sources: "Actions, resources, and condition keys for Amazon Elastic Container Registry" (Service Authorization
Reference); ECR's guide, "IAM permissions for pushing an image" and "Private registry authentication". For a few
routes AWS documents nothing: there the action is that of the operation with the same effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Resource = Literal["repository", "registry"]


@dataclass(frozen=True, slots=True)
class Need:
    """All of `actions` on one resource: the ARN of the repository concerned, or '*' for the registry as a whole.

    Listings that name no repository (DescribeRepositories, the catalog) ask for each repository they could show.
    No actions at all means that a valid token is enough, or for a bearer token ('token') nothing.
    """

    actions: tuple[str, ...]
    resource: Resource


Route = Literal[
    "ping",
    "token",
    "catalog",
    "tags",
    "referrers",
    "manifest.get",
    "manifest.head",
    "manifest.put",
    "manifest.delete",
    "blob.get",
    "blob.head",
    "blob.delete",
    "upload.start",
    "upload.monolithic",
    "upload.mount",
    "upload.mount.source",
    "upload.status",
    "upload.patch",
    "upload.put",
    "upload.put.body",
    "upload.cancel",
]
"""Requests to /v2/ by what they do. A mount needs 'upload.mount' on the repository and 'upload.mount.source' on the
one it mounts from; 'upload.put.body' is the last PUT of an upload where it brings bytes itself."""


def _on_repository(*names: str) -> Need:
    return Need(tuple(f"ecr:{name}" for name in names), "repository")


def _on_registry(*names: str) -> Need:
    return Need(tuple(f"ecr:{name}" for name in names), "registry")


ROUTES: Mapping[Route, Need] = MappingProxyType(
    {
        "ping": _on_registry(),
        "token": _on_registry(),
        "catalog": _on_repository("DescribeRepositories"),
        "tags": _on_repository("ListImages"),
        "referrers": _on_repository("BatchGetImage"),
        "manifest.get": _on_repository("BatchGetImage"),
        "manifest.head": _on_repository("BatchGetImage"),
        "manifest.put": _on_repository("PutImage"),
        "manifest.delete": _on_repository("BatchDeleteImage"),
        "blob.get": _on_repository("GetDownloadUrlForLayer"),
        "blob.head": _on_repository("BatchCheckLayerAvailability"),
        "blob.delete": _on_repository("BatchDeleteImage"),
        "upload.start": _on_repository("InitiateLayerUpload"),
        "upload.monolithic": _on_repository("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"),
        "upload.mount": _on_repository("InitiateLayerUpload"),
        "upload.mount.source": _on_repository("GetDownloadUrlForLayer"),
        "upload.status": _on_repository("UploadLayerPart"),
        "upload.patch": _on_repository("UploadLayerPart"),
        "upload.put": _on_repository("CompleteLayerUpload"),
        "upload.put.body": _on_repository("UploadLayerPart", "CompleteLayerUpload"),
        "upload.cancel": _on_repository("UploadLayerPart"),
    }
)

_REPOSITORY_OPERATIONS = (
    "BatchCheckLayerAvailability",
    "BatchDeleteImage",
    "BatchGetImage",
    "BatchGetRepositoryScanningConfiguration",
    "CompleteLayerUpload",
    "CreateRepository",
    "DeleteLifecyclePolicy",
    "DeleteRepository",
    "DeleteRepositoryPolicy",
    "DescribeImageReplicationStatus",
    "DescribeImageScanFindings",
    "DescribeImageSigningStatus",
    "DescribeImages",
    "DescribeRepositories",
    "GetDownloadUrlForLayer",
    "GetLifecyclePolicy",
    "GetLifecyclePolicyPreview",
    "GetRepositoryPolicy",
    "InitiateLayerUpload",
    "ListImages",
    "ListTagsForResource",
    "PutImage",
    "PutImageScanningConfiguration",
    "PutImageTagMutability",
    "PutLifecyclePolicy",
    "SetRepositoryPolicy",
    "StartImageScan",
    "StartLifecyclePolicyPreview",
    "TagResource",
    "UntagResource",
    "UpdateImageStorageClass",
    "UploadLayerPart",
)

_REGISTRY_OPERATIONS = (
    "CreatePullThroughCacheRule",
    "CreateRepositoryCreationTemplate",
    "DeletePullThroughCacheRule",
    "DeleteRegistryPolicy",
    "DeleteRepositoryCreationTemplate",
    "DeleteSigningConfiguration",
    "DeregisterPullTimeUpdateExclusion",
    "DescribePullThroughCacheRules",
    "DescribeRegistry",
    "DescribeReplicationBackfillResults",
    "DescribeRepositoryCreationTemplates",
    "GetAccountSetting",
    "GetAuthorizationToken",
    "GetRegistryPolicy",
    "GetRegistryScanningConfiguration",
    "GetSigningConfiguration",
    "ListPullTimeUpdateExclusions",
    "ListReplicationBackfills",
    "PutAccountSetting",
    "PutRegistryPolicy",
    "PutRegistryScanningConfiguration",
    "PutReplicationConfiguration",
    "PutSigningConfiguration",
    "RegisterPullTimeUpdateExclusion",
    "StartReplicationBackfill",
    "StopReplicationBackfill",
    "UpdatePullThroughCacheRule",
    "UpdateRepositoryCreationTemplate",
    "ValidatePullThroughCacheRule",
)

OPERATIONS: Mapping[str, Need] = MappingProxyType(
    {
        **{name: _on_repository(name) for name in _REPOSITORY_OPERATIONS},
        **{name: _on_registry(name) for name in _REGISTRY_OPERATIONS},
        # The one operation without an action of its own: its reference page asks for BatchGetImage.
        "ListImageReferrers": _on_repository("BatchGetImage"),
    }
)
"""What the caller of each operation needs, by the operation's name."""


def operation_need(operation: str, *, with_tags: bool = False) -> Need:
    """What the caller of `operation` needs; `with_tags` where it puts tags on what it creates (CreateRepository).

    Raises KeyError for a name that is not an operation of ECR.
    """
    need = OPERATIONS[operation]
    return Need((*need.actions, "ecr:TagResource"), need.resource) if with_tags else need
