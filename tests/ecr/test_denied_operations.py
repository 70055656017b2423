"""Who may do nothing is told which action is missing on which resource, and nothing else.

The action is the first that `rules.actions` has for the operation, so that the table and the services cannot drift
apart; and a repository that is there looks like one that is not.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from entrepot.aws import ecr as operations
from entrepot.rules.actions import OPERATIONS
from tests.ecr.inputs import ALL, NO_REPOSITORY, of_repository
from tests.ecr.lab import Refused, Repo, client, refused
from tests.support.images import tiny_image
from tests.support.server import Keys, Server

IMAGE = tiny_image("closed")


@pytest.fixture(scope="module")
def stranger(server: Server, nobody: Keys) -> Any:
    """ECR, as a principal of the account who may do nothing."""
    return client(server, keys=nobody)


@pytest.fixture(scope="module")
def closed(new_repo: Any) -> Repo:
    """A repository with an image, which a stranger is not to learn of."""
    repo = new_repo()
    repo.push(IMAGE, "1")
    return repo


def denied(account: str, operation: str, resource: str) -> Refused:
    action = OPERATIONS[operation].actions[0]
    message = (
        f"User: arn:aws:iam::{account}:user/nobody is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )
    return Refused("AccessDeniedException", message, 400, {})


def test_every_operation_is_tried() -> None:
    assert operations.service().handled == ALL


@pytest.mark.parametrize("operation", sorted(ALL))
def test_an_operation_is_denied(stranger: Any, account: str, closed: Repo, operation: str) -> None:
    call = getattr(stranger, xform_name(operation))
    for suffix in ("", "-absent"):
        arn = closed.arn + suffix
        given = of_repository(operation, closed.name + suffix, arn)
        expected = denied(account, operation, "*" if operation in NO_REPOSITORY else arn)
        assert refused(call, **given) == expected
    assert OPERATIONS[operation].resource == ("registry" if operation in NO_REPOSITORY else "repository")
    assert closed.ids() == {(IMAGE.digest, "1")}


def test_listing_asks_for_every_repository(stranger: Any, account: str, closed: Repo) -> None:
    every = closed.arn.replace(closed.name, "*")
    assert refused(stranger.describe_repositories) == denied(account, "DescribeRepositories", every)


def test_what_is_there_is_denied_like_what_is_not(stranger: Any, closed: Repo) -> None:
    """The upload, image and layer named here exist."""
    repo = Repo(stranger, closed.name, closed.account)
    upload_id = closed.initiate_layer_upload()["uploadId"]
    part = {"uploadId": upload_id, "partFirstByte": 0, "layerPartBlob": b"a"}
    layer = IMAGE.document["layers"][0]["digest"]
    found = [
        refused(repo.upload_layer_part, **part, partLastByte=0),
        refused(repo.upload_layer_part, **part, partLastByte=5),
        refused(repo.complete_layer_upload, uploadId=upload_id, layerDigests=[layer]),
        refused(repo.batch_check_layer_availability, layerDigests=[layer]),
        refused(repo.get_download_url_for_layer, layerDigest=layer),
        refused(repo.put, image=IMAGE, tag="1"),
        refused(repo.batch_get_image, imageIds=[{"imageTag": "1"}]),
        refused(repo.batch_delete_image, imageIds=[{"imageDigest": IMAGE.digest}]),
        refused(repo.describe_images, imageIds=[{"imageTag": "1"}]),
        refused(repo.delete_repository, force=True),
        refused(stranger.create_repository, repositoryName=closed.name, tags=[{"Key": "a", "Value": "b"}]),
    ]
    assert {each.code for each in found} == {"AccessDeniedException"}
    assert closed.ids() == {(IMAGE.digest, "1")}
