"""AWS's managed policies that are about ECR, by their ARNs.

Source: AWS Managed Policy Reference. Of ReadOnlyAccess only what concerns ecr, ecr-public, iam, kms and sts is here, as
nothing else could be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_PULL_TOKEN = ("ecr:GetAuthorizationToken",)
_LAYERS = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer")
_READ_ONLY = (
    *_PULL_TOKEN,
    *_LAYERS,
    *("ecr:GetRepositoryPolicy", "ecr:DescribeRepositories", "ecr:ListImages", "ecr:DescribeImages"),
    *("ecr:BatchGetImage", "ecr:GetLifecyclePolicy", "ecr:GetLifecyclePolicyPreview", "ecr:ListTagsForResource"),
    "ecr:DescribeImageScanFindings",
)
_PUSH = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
_PULL_ONLY = (*_PULL_TOKEN, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchImportUpstreamImage")
_PULL_THROUGH = (*_PULL_TOKEN, *_LAYERS, *_PUSH, *_PULL_ONLY[1:2], *_PULL_ONLY[3:], "ecr:GetImageCopyStatus")
_PUBLIC_READ_ONLY = (
    *("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken", "ecr-public:BatchCheckLayerAvailability"),
    *("ecr-public:GetRepositoryPolicy", "ecr-public:DescribeRepositories", "ecr-public:DescribeRegistries"),
    *("ecr-public:DescribeImages", "ecr-public:DescribeImageTags", "ecr-public:GetRepositoryCatalogData"),
    "ecr-public:GetRegistryCatalogData",
)
_PUBLIC_PUSH = tuple(action.replace("ecr:", "ecr-public:") for action in _PUSH)
_VIEWING = (
    *("ecr:BatchCheck*", "ecr:BatchGet*", "ecr:Describe*", "ecr:Get*", "ecr:List*"),
    *("ecr-public:BatchCheckLayerAvailability", "ecr-public:Describe*", "ecr-public:Get*", "ecr-public:List*"),
    *("kms:Describe*", "kms:Get*", "kms:List*"),
    *("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"),
    *("sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetSessionToken"),
)


def _allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


_LINKED_ROLE = _allow(
    "iam:CreateServiceLinkedRole",
    Condition={"StringEquals": {"iam:AWSServiceName": ["replication.ecr.amazonaws.com"]}},
)
_UPSTREAM_SECRET = _allow(
    "secretsmanager:GetSecretValue",
    resource="arn:aws:secretsmanager:*:*:secret:ecr-pullthroughcache/*",
    Condition={"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
)

PREFIX = "arn:aws:iam::aws:policy/"

MANAGED: Mapping[str, str] = MappingProxyType(
    {
        PREFIX + name: document
        for name, document in {
            "AdministratorAccess": _document(_allow("*")),
            "ReadOnlyAccess": _document(_allow(*_VIEWING)),
            "AmazonEC2ContainerRegistryFullAccess": _document(_allow("ecr:*", "cloudtrail:LookupEvents"), _LINKED_ROLE),
            "AmazonEC2ContainerRegistryPowerUser": _document(_allow(*_READ_ONLY, *_PUSH)),
            "AmazonEC2ContainerRegistryReadOnly": _document(_allow(*_READ_ONLY)),
            "AmazonEC2ContainerRegistryPullOnly": _document(_allow(*_PULL_ONLY)),
            "AmazonElasticContainerRegistryPublicFullAccess": _document(
                _allow("ecr-public:*", "sts:GetServiceBearerToken")
            ),
            "AmazonElasticContainerRegistryPublicPowerUser": _document(_allow(*_PUBLIC_READ_ONLY, *_PUBLIC_PUSH)),
            "AmazonElasticContainerRegistryPublicReadOnly": _document(_allow(*_PUBLIC_READ_ONLY)),
            "aws-service-role/ECRReplicationServiceRolePolicy": _document(
                _allow("ecr:CreateRepository", "ecr:ReplicateImage")
            ),
            "aws-service-role/ECRTemplateServiceRolePolicy": _document(_allow("ecr:CreateRepository")),
            "aws-service-role/AWSECRPullThroughCache_ServiceRolePolicy": _document(
                _allow(*_PULL_THROUGH), _UPSTREAM_SECRET
            ),
        }.items()
    }
)
"""The policy documents, as JSON, by ARN."""
