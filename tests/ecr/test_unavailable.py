"""The operations of ECR without a handler: every one refuses, in the same words."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from entrepot.aws import ecr as operations
from tests.ecr.lab import Refused, client, refused
from tests.support.server import Keys, Server

NAMES = set(botocore.session.get_session().get_service_model("ecr").operation_names)  # pyright: ignore[reportArgumentType] - a cached property
HANDLED = operations.service().handled
UNHANDLED = sorted(NAMES - HANDLED)


def method(name: str) -> str:
    return xform_name(name)


def test_this_release_has_the_operations_that_it_says() -> None:
    assert len(NAMES) == 62
    assert sorted(HANDLED) == [
        "BatchCheckLayerAvailability",
        "BatchDeleteImage",
        "BatchGetImage",
        "CompleteLayerUpload",
        "CreateRepository",
        "DeleteRegistryPolicy",
        "DeleteRepository",
        "DeleteRepositoryPolicy",
        "DescribeImages",
        "DescribeRegistry",
        "DescribeRepositories",
        "GetAccountSetting",
        "GetAuthorizationToken",
        "GetDownloadUrlForLayer",
        "GetRegistryPolicy",
        "GetRepositoryPolicy",
        "InitiateLayerUpload",
        "ListImageReferrers",
        "ListImages",
        "ListTagsForResource",
        "PutAccountSetting",
        "PutImage",
        "PutImageTagMutability",
        "PutRegistryPolicy",
        "SetRepositoryPolicy",
        "TagResource",
        "UntagResource",
        "UploadLayerPart",
    ]


@pytest.mark.parametrize("operation", UNHANDLED)
def test_an_operation_without_a_handler_refuses(ecr: Any, operation: str) -> None:
    message = f"{operation} is not available in this release of Entrepot."
    assert refused(getattr(ecr, method(operation))) == Refused("UnsupportedCommandException", message, 400, {})


def test_who_asks_and_with_what_makes_no_difference(server: Server, nobody: Keys) -> None:
    stranger = client(server, keys=nobody)
    found = refused(stranger.put_lifecycle_policy, repositoryName="any", lifecyclePolicyText="{}")
    assert found.code == "UnsupportedCommandException"
