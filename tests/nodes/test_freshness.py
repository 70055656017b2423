"""No node serves what another has deleted or denied, a second later at the most.

One node answers as before; on another the change is made; the time counts to the beginning of the last request at the
first one, or at a third, that was still answered as before.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.access.people import allow, grant
from tests.nodes.conftest import NewName
from tests.support.images import digest_of, random_bytes, tiny_image
from tests.support.nodes import Deployment
from tests.support.oci import Oci
from tests.support.server import Keys, Server

pytestmark = pytest.mark.alone  # within a second

PROMISED = 1.0
WATCHED = 1.25
IMAGE = tiny_image("freshness")
EVERYTHING = json.dumps(allow("*"))
LOGIN = json.dumps(allow("ecr:GetAuthorizationToken"))


def outlives(change: Callable[[], object], *as_before: Callable[[], bool]) -> float:
    """Seconds from the answer to `change` to the last request that saw things as before; all do when it begins."""
    assert all(ask() for ask in as_before)
    change()
    changed = last = time.monotonic()
    while (now := time.monotonic()) < max(changed, last) + WATCHED:
        assert now < changed + 20, "it stays as before"
        for ask in as_before:
            began = time.monotonic()
            if ask():
                last = began
    return last - changed


@pytest.fixture
def image(clients: list[Oci], repository: str) -> str:
    """A repository with an image `v1`."""
    clients[0].push_image(repository, IMAGE, "v1")
    return repository


@pytest.fixture(scope="session")
def iam(deployment: Deployment) -> Any:
    """A boto3 client of the first node."""
    return deployment.servers[0].boto3("iam")


@pytest.fixture
def user(iam: Any, new_name: NewName) -> tuple[str, Keys]:
    """A user who may do everything, and a key."""
    name = f"user-{new_name()}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=EVERYTHING)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return name, Keys(made["AccessKeyId"], made["SecretAccessKey"])


def pulls(node: Server, password: str, image: str) -> Callable[[], bool]:
    """Asks a node for the image with a password that was given out before."""
    oci = Oci(node.url, password)
    return lambda: oci.get_manifest(image, "v1").status == 200


def test_a_deleted_image(deployment: Deployment, clients: list[Oci], image: str) -> None:
    def there(node: Oci, reference: str) -> Callable[[], bool]:
        return lambda: node.get_manifest(image, reference).status == 200

    asked = [there(node, reference) for node in clients[1:] for reference in ("v1", IMAGE.digest)]
    delete = {"repositoryName": image, "imageIds": [{"imageDigest": IMAGE.digest}]}
    assert outlives(lambda: deployment.ecr.batch_delete_image(**delete), *asked) == 0


def test_a_deleted_repository(deployment: Deployment, clients: list[Oci], image: str) -> None:
    asked = [
        lambda: clients[1].get_manifest(image, "v1").status == 200,
        lambda: clients[2].get_blob(image, digest_of(IMAGE.blobs[0])).status == 200,
        lambda: clients[1].tags(image).status == 200,
    ]
    assert outlives(lambda: deployment.ecr.delete_repository(repositoryName=image, force=True), *asked) == 0


def test_a_users_policy(iam: Any, nodes: list[Server], image: str, user: tuple[str, Keys]) -> None:
    name, keys = user
    change = {"UserName": name, "PolicyName": "all", "PolicyDocument": LOGIN}
    password = nodes[0].password(keys=keys)
    asked = [pulls(node, password, image) for node in nodes[1:]]
    assert outlives(lambda: iam.put_user_policy(**change), *asked) < PROMISED


def test_a_repositorys_policy(deployment: Deployment, nodes: list[Server], image: str, user: tuple[str, Keys]) -> None:
    name, keys = user
    document = json.dumps(grant({"AWS": f"arn:aws:iam::123456789012:user/{name}"}, "ecr:*", effect="Deny"))
    password = nodes[0].password(keys=keys)
    asked = [pulls(node, password, image) for node in nodes[1:]]
    ecr = deployment.ecr
    assert outlives(lambda: ecr.set_repository_policy(repositoryName=image, policyText=document), *asked) < PROMISED


def test_a_disabled_access_key(iam: Any, nodes: list[Server], image: str, user: tuple[str, Keys]) -> None:
    name, keys = user
    change = {"UserName": name, "AccessKeyId": keys.access_key_id, "Status": "Inactive"}
    password = nodes[0].password(keys=keys)
    asked = [pulls(node, password, image) for node in nodes[1:]]
    asked.append(signs(nodes[1].boto3(keys=keys)))
    assert outlives(lambda: iam.update_access_key(**change), *asked) < PROMISED


def test_a_deleted_role(iam: Any, nodes: list[Server], user: tuple[str, Keys]) -> None:
    name, keys = user
    trusted = {"AWS": f"arn:aws:iam::123456789012:user/{name}"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(grant(trusted, "sts:AssumeRole")))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=EVERYTHING)
    sts = nodes[0].boto3("sts", keys=keys)
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    asked = [signs(with_session(node, session)) for node in nodes[1:]]

    def delete() -> None:
        iam.delete_role_policy(RoleName=name, PolicyName="all")
        iam.delete_role(RoleName=name)

    assert outlives(delete, *asked) < PROMISED


def test_an_account_setting(deployment: Deployment, clients: list[Oci], repository: str, new_name: NewName) -> None:
    """Layers are mounted from another repository as long as the account allows that."""
    layers = [random_bytes(100, f"mounted {number}") for number in range(60)]
    digests = iter([clients[1].push_blob(repository, layer) for layer in layers])
    ecr, setting = deployment.ecr, {"name": "BLOB_MOUNTING"}
    ecr.create_repository(repositoryName=(to := new_name()))
    ecr.put_account_setting(**setting, value="ENABLED")

    def mounts() -> bool:
        time.sleep(0.02)
        path = f"/v2/{to}/blobs/uploads/?mount={next(digests)}&from={repository}"
        return clients[1].request("POST", path).expect(201, 202).status == 201

    assert outlives(lambda: ecr.put_account_setting(**setting, value="DISABLED"), mounts) < PROMISED


def signs(ecr: Any) -> Callable[[], bool]:
    """Asks with a signature."""

    def ask() -> bool:
        try:
            ecr.describe_repositories(maxResults=1)
        except ClientError:
            return False
        return True

    return ask


def with_session(node: Server, session: Mapping[str, str]) -> Any:
    """A client of a node with temporary credentials."""
    return boto3.Session().client(
        "ecr",
        endpoint_url=node.url,
        region_name=node.region,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
