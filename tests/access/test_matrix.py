"""Who may push, pull and delete: in one account and across two, at both doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, grant
from tests.support.images import tiny_image

PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
PUSH = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
LOGIN = "ecr:GetAuthorizationToken"
IMAGE = tiny_image("matrix")

Fresh = Callable[[str], str]


def attempts(guarded: Guarded, keys: Any, repository: str) -> tuple[int, int, int]:
    """The statuses of a push's first request, a pull and a deletion at /v2/ of the first account."""
    oci = guarded.oci(keys)
    push = oci.request("POST", f"/v2/{repository}/blobs/uploads/")
    pull = oci.get_manifest(repository, "v1")
    return push.status, pull.status, oci.delete_manifest(repository, "v1").status


def denied(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def image(guarded: Guarded, repository: str) -> str:
    """A repository with an image under the tag v1."""
    guarded.oci(guarded.server.keys).push_image(repository, IMAGE, "v1")
    return repository


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((LOGIN,), (403, 403, 403)),
        ((LOGIN, *PULL), (403, 200, 403)),
        ((LOGIN, *PUSH), (202, 403, 403)),
        ((LOGIN, *PULL, *PUSH), (202, 200, 403)),
        (("ecr:*",), (202, 200, 202)),
        (("*",), (202, 200, 202)),
    ],
)
def test_identity_policies(
    guarded: Guarded, fresh: Fresh, image: str, actions: tuple[str, ...], expected: tuple[int, int, int]
) -> None:
    keys = guarded.people.user(HOME, fresh("user"), allow(*actions))
    assert attempts(guarded, keys, image) == expected


def test_a_policy_for_some_repositories(guarded: Guarded, fresh: Fresh, image: str) -> None:
    arn = f"arn:aws:ecr:us-east-1:{HOME}:repository/{image}"
    login = {"Effect": "Allow", "Action": LOGIN, "Resource": "*"}
    pulls = {"Effect": "Allow", "Action": list(PULL), "Resource": arn}
    keys = guarded.people.user(HOME, fresh("user"), {"Version": "2012-10-17", "Statement": [login, pulls]})
    assert attempts(guarded, keys, image) == (403, 200, 403)
    assert attempts(guarded, keys, f"{image}-2") == (403, 403, 403)
    ecr = guarded.ecr(keys)
    assert ecr.batch_get_image(repositoryName=image, imageIds=[{"imageTag": "v1"}])["failures"] == []
    message = denied(ecr.batch_delete_image, repositoryName=image, imageIds=[{"imageTag": "v1"}])
    assert message.endswith(
        f"is not authorized to perform: ecr:BatchDeleteImage on resource: {arn} "
        "because no identity-based policy allows the ecr:BatchDeleteImage action"
    )


def test_no_token_without_permission(guarded: Guarded, fresh: Fresh) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"))
    assert denied(guarded.ecr(keys).get_authorization_token) == (
        f"User: arn:aws:iam::{HOME}:user/{name} is not authorized to perform: ecr:GetAuthorizationToken on resource: * "
        "because no identity-based policy allows the ecr:GetAuthorizationToken action"
    )


@pytest.mark.parametrize(
    ("own", "granted", "expected"),
    [
        ((LOGIN,), PULL, (403, 200, 403)),
        ((LOGIN, *PULL), (), (403, 200, 403)),
        ((LOGIN,), (*PULL, *PUSH), (202, 200, 403)),
    ],
)
def test_in_one_account_either_policy_is_enough(
    guarded: Guarded,
    fresh: Fresh,
    image: str,
    own: tuple[str, ...],
    granted: tuple[str, ...],
    expected: tuple[int, int, int],
) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow(*own))
    if granted:
        guarded.set_policy(image, grant({"AWS": f"arn:aws:iam::{HOME}:user/{name}"}, *granted), force=True)
    settled(lambda: attempts(guarded, keys, image) == expected, in_a_row=4)


@pytest.mark.parametrize(
    ("own", "granted", "expected"),
    [
        ((LOGIN, *PULL, *PUSH), (), (403, 403, 403)),
        ((LOGIN,), (*PULL, *PUSH), (403, 403, 403)),
        ((LOGIN, *PULL), PULL, (403, 200, 403)),
        ((LOGIN, *PULL, *PUSH), (*PULL, *PUSH), (202, 200, 403)),
        ((LOGIN, *PULL, *PUSH), PULL, (403, 200, 403)),
    ],
)
def test_across_accounts_both_are_needed(
    guarded: Guarded,
    fresh: Fresh,
    image: str,
    own: tuple[str, ...],
    granted: tuple[str, ...],
    expected: tuple[int, int, int],
) -> None:
    keys = guarded.people.user(OTHER, name := fresh("user"), allow(*own))
    for who in (OTHER, f"arn:aws:iam::{OTHER}:user/{name}"):
        if granted:
            guarded.set_policy(image, grant({"AWS": who}, *granted))
        settled(lambda: attempts(guarded, keys, image) == expected, in_a_row=3)
        guarded.set_policy(image, grant({"AWS": HOME}, "ecr:ListImages"))
        settled(lambda: attempts(guarded, keys, image) == (403, 403, 403), in_a_row=3)


def test_across_accounts_by_the_api(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(OTHER, fresh("user"), allow("ecr:*"))
    ecr, one = guarded.ecr(keys), {"registryId": HOME, "repositoryName": image}
    message = denied(ecr.batch_get_image, **one, imageIds=[{"imageTag": "v1"}])
    assert message.endswith("because no resource-based policy allows the ecr:BatchGetImage action")
    guarded.set_policy(image, grant({"AWS": OTHER}, *PULL))
    settled(lambda: "ImageManifest" not in str(_try(ecr.batch_get_image, **one, imageIds=[{"imageTag": "v1"}])))
    found = ecr.batch_get_image(**one, imageIds=[{"imageTag": "v1"}])
    assert found["images"][0]["imageManifest"].encode() == IMAGE.manifest
    denied(ecr.batch_delete_image, **one, imageIds=[{"imageTag": "v1"}])


def _try(call: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"] + "ImageManifest"


def test_an_explicit_deny_wins(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow("*"))
    guarded.set_policy(image, grant({"AWS": f"arn:aws:iam::{HOME}:user/{name}"}, "ecr:PutImage", effect="Deny"))
    oci = guarded.oci(keys)
    settled(lambda: oci.put_manifest(image, "v2", IMAGE.manifest, IMAGE.media_type).status == 403)
    answer = oci.put_manifest(image, "v2", IMAGE.manifest, IMAGE.media_type)
    assert "with an explicit deny in a resource-based policy" in answer.body.decode()
    assert oci.get_manifest(image, "v1").status == 200


def test_a_boundary_limits(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow("ecr:*"))
    guarded.people.set_boundary(HOME, name, allow(LOGIN, *PULL))
    assert attempts(guarded, keys, image) == (403, 200, 403)
