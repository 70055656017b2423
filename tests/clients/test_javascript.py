"""The AWS SDK for JavaScript: another reading of the same protocol."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from tests.support.clients.aws_api import AwsApi
from tests.support.clients.javascript import JavaScript
from tests.support.clients.skopeo import Skopeo
from tests.support.images import gzip_layer, make_image, random_bytes, tiny_image
from tests.support.oci import Oci
from tests.support.server import Server


def test_an_image_put_by_javascript_is_pulled_by_skopeo(
    server: Server, javascript: JavaScript, skopeo: Skopeo, new_name: Callable[[], str], tmp_path: Path
) -> None:
    name, image = new_name(), make_image([gzip_layer({"noise.bin": random_bytes(12 << 20, "javascript")})])
    created = javascript.send("CreateRepository", repositoryName=name)["output"]["repository"]
    assert (created["repositoryName"], created["imageTagMutability"]) == (name, "MUTABLE")

    assert javascript.push(name, image, "js")["imageId"] == {"imageDigest": image.digest, "imageTag": "js"}
    pulled = skopeo.pull(f"{server.host}/{name}:js", tmp_path / "pulled")
    assert pulled.contents(image.digest) == {digest: len(data) for digest, data in image.contents().items()}

    [described] = javascript.send("DescribeImages", repositoryName=name)["output"]["imageDetails"]
    assert (described["imageDigest"], described["imageTags"]) == (image.digest, ["js"])
    assert described["imagePushedAt"].startswith("20")  # the SDK made a date of the epoch seconds


def test_an_image_put_by_boto3_is_pulled_by_javascript(
    javascript: JavaScript, api: AwsApi, repository: str, tmp_path: Path
) -> None:
    image = tiny_image("for javascript")
    api.push(repository, image, "v")
    pulled = javascript.pull(repository, "v", tmp_path / "pulled")
    assert pulled.contents(image.digest) == {digest: len(data) for digest, data in image.contents().items()}


def test_the_token_that_javascript_gets_opens_the_registry(server: Server, javascript: JavaScript) -> None:
    answer = javascript.send("GetAuthorizationToken")
    [data] = answer["output"]["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    assert answer["requestId"]
    assert Oci(server.url, password).request("GET", "/v2/").status == 200
    assert Oci(server.url).request("GET", "/v2/").status == 401


def test_javascript_knows_the_errors_by_name(javascript: JavaScript, new_name: Callable[[], str]) -> None:
    name = new_name()
    answer = javascript.send("DescribeImages", repositoryName=name)
    assert (answer["status"], answer["error"]) == (400, "RepositoryNotFoundException")
    assert f"'{name}'" in answer["message"]
