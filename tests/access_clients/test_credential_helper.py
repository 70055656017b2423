"""Amazon's own credential helper, unmodified, at the names that AWS has: pushes and pulls without a login."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.access.eventually import settled
from tests.access_clients.aws_names import REGION, REGISTRY, AwsNames, serving_aws_names
from tests.support.images import tiny_image
from tests.support.layout import Layout, write_image
from tests.support.processes import require
from tests.support.server import Keys

HELPER = "docker-credential-ecr-login"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
POWER_USER = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
REPOSITORY = "helper/app"
IMAGE = tiny_image("credential helper")

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsNames]:
    for program in (HELPER, "skopeo", "aws"):
        require(program)
    folder = tmp_path_factory.mktemp("names")
    with serving_aws_names(folder) as running:
        # At the endpoint that the AWS CLI has by itself: the names work for more than the helper.
        create = (require("aws"), "ecr", "create-repository", "--repository-name", REPOSITORY)
        running.run(create, running.env(folder / "root", running.keys))
        yield running


def make_user(names: AwsNames, name: str, policy: str) -> Keys:
    session: Any = boto3.Session()
    iam = session.client(
        "iam", endpoint_url=names.url, region_name=REGION, verify=str(names.ca),
        aws_access_key_id=names.keys.access_key_id, aws_secret_access_key=names.keys.secret_access_key,
    )  # fmt: skip
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


class Helped:
    """skopeo, which has nothing but the helper to know who it is."""

    def __init__(self, names: AwsNames, home: Path, keys: Keys) -> None:
        self._names, self._program = names, require("skopeo")
        self._env = names.env(home, keys) | {"REGISTRY_AUTH_FILE": str(home / "auth.json")}
        (home / "auth.json").write_text(json.dumps({"credHelpers": {REGISTRY: "ecr-login"}}))

    def copy(self, source: str, target: str) -> None:
        trust = str(self._names.ca.parent)
        words = ("--src-cert-dir", trust, "--dest-cert-dir", trust, "--all", "--preserve-digests")
        self._names.run([self._program, "copy", "--quiet", *words, source, target], self._env)


def test_push_and_pull_without_a_login(names: AwsNames, tmp_path: Path) -> None:
    pusher = Helped(names, tmp_path / "ci", make_user(names, "ci", POWER_USER))
    layout = Layout(tmp_path / "layout")
    write_image(layout, IMAGE, "v")
    pusher.copy(f"oci:{layout.path}:v", f"docker://{REGISTRY}/{REPOSITORY}:v")

    node = Helped(names, tmp_path / "node", make_user(names, "node", READ_ONLY))
    node.copy(f"docker://{REGISTRY}/{REPOSITORY}:v", f"oci:{tmp_path / 'pulled'}:latest")
    assert Layout(tmp_path / "pulled").contents(IMAGE.digest) == layout.contents(IMAGE.digest)
    with pytest.raises(AssertionError, match="denied"):
        node.copy(f"oci:{layout.path}:v", f"docker://{REGISTRY}/{REPOSITORY}:w")


def test_keys_that_nobody_has_get_nothing(names: AwsNames, tmp_path: Path) -> None:
    stranger = Helped(names, tmp_path / "home", Keys("AKIA" + "A" * 16, "wrong" * 8))
    with pytest.raises(AssertionError, match="unauthorized"):
        stranger.copy(f"docker://{REGISTRY}/{REPOSITORY}:v", f"oci:{tmp_path / 'pulled'}:latest")


def test_the_helper_gets_a_password_for_the_registry(names: AwsNames, tmp_path: Path) -> None:
    env = names.env(tmp_path / "home", names.keys)
    answer = json.loads(names.run([require(HELPER), "get"], env, stdin=REGISTRY))
    assert answer["ServerURL"] == REGISTRY
    assert answer["Username"] == "AWS"
    assert answer["Secret"]


def test_a_public_repository_changes_nothing_for_the_helper(names: AwsNames, tmp_path: Path) -> None:
    """The registry then asks for bearer tokens: the helper's passwords are exchanged for them."""
    env = names.env(tmp_path / "root", names.keys)
    aws = require("aws")
    names.run((aws, "ecr", "create-repository", "--repository-name", "helper/open"), env)
    statement = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    words = ("ecr", "set-repository-policy", "--repository-name", "helper/open", "--policy-text", policy)
    names.run((aws, *words), env)

    def asked() -> bool:
        request = urllib.request.Request(f"{names.url}/v2/", headers={"Host": REGISTRY})
        try:
            urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(names.ca)))
        except urllib.error.HTTPError as error:
            return error.headers["WWW-Authenticate"] == (
                f'Bearer realm="https://{REGISTRY}/v2/_token",service="ecr.amazonaws.com"'
            )
        return False

    settled(asked)
    pusher = Helped(names, tmp_path / "ci", make_user(names, "ci-2", POWER_USER))
    layout = Layout(tmp_path / "layout")
    write_image(layout, IMAGE, "v")
    for repository in ("helper/open", REPOSITORY):
        pusher.copy(f"oci:{layout.path}:v", f"docker://{REGISTRY}/{repository}:again")
        pusher.copy(f"docker://{REGISTRY}/{repository}:again", f"oci:{tmp_path / repository.replace('/', '-')}:latest")
    (tmp_path / "nobody").mkdir()
    nobody = Helped(names, tmp_path / "nobody", Keys("", ""))
    (tmp_path / "nobody" / "auth.json").write_text("{}")
    nobody.copy(f"docker://{REGISTRY}/helper/open:again", f"oci:{tmp_path / 'public'}:latest")
    with pytest.raises(AssertionError, match="Log in with: aws ecr get-login-password --region us-east-1"):
        nobody.copy(f"docker://{REGISTRY}/{REPOSITORY}:again", f"oci:{tmp_path / 'private'}:latest")
