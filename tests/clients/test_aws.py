"""ECR's own API as the way in or out: what it puts docker and podman pull, what skopeo pushed it hands out."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from tests.support.clients.aws_api import AwsApi
from tests.support.clients.aws_cli import AwsCli
from tests.support.clients.docker import Docker
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.content import ContentCache
from tests.support.images import Image, digest_of, gzip_layer, make_image, random_bytes, tiny_image, uncompressed
from tests.support.server import Server

MIB = 1 << 20


def image_in_parts(seed: str) -> Image:
    """An image with a layer of more than two parts and one of less than one."""
    return make_image([gzip_layer({"noise.bin": random_bytes(21 * MIB, seed)}), gzip_layer({"seed": seed.encode()})])


def diff_ids(image: Image) -> list[str]:
    return [digest_of(uncompressed(layer)) for layer in image.layers]


def test_an_image_put_by_boto3_is_pulled_by_docker(
    server: Server, api: AwsApi, docker: Docker, repository: str, tmp_path: Path
) -> None:
    image, reference = image_in_parts("boto3"), f"{server.host}/{repository}:put"
    put = api.push(repository, image, "put")
    assert put["imageId"] == {"imageDigest": image.digest, "imageTag": "put"}
    assert docker.pull(reference) == image.digest
    saved = docker.save(reference, tmp_path / "saved.tar")
    assert (saved.config, saved.layers) == (image.document["config"]["digest"], diff_ids(image))


def test_an_index_pushed_by_skopeo_is_pulled_by_boto3(
    server: Server, api: AwsApi, skopeo: Skopeo, repository: str, content: ContentCache, tmp_path: Path
) -> None:
    alpine = content.alpine()
    skopeo.push(alpine.layout, "latest", f"{server.host}/{repository}:3.20")
    pulled = api.pull(repository, "3.20", tmp_path / "pulled")
    assert pulled.contents(alpine.digest) == alpine.contents()


def test_an_image_put_by_the_aws_cli_is_pulled_by_podman(
    server: Server, aws: AwsCli, podman: Podman, repository: str, tmp_path: Path
) -> None:
    image = make_image([gzip_layer({"noise.bin": random_bytes(11 * MIB)})])
    reference = f"{server.host}/{repository}:cli"
    for blob in image.blobs:
        assert aws.upload_layer(repository, blob, 5 * MIB) == digest_of(blob)
    assert aws.put_image(repository, image.manifest, image.media_type, "cli")["imageId"]["imageDigest"] == image.digest
    assert podman.pull(reference) == image.digest
    assert podman.save(reference, tmp_path / "saved.tar").layers == diff_ids(image)


def test_an_image_pushed_by_podman_is_pulled_by_the_aws_cli(
    server: Server, aws: AwsCli, podman: Podman, repository: str, tmp_path: Path
) -> None:
    root, reference = tmp_path / "root.tar", f"{server.host}/{repository}:1"
    root.write_bytes(uncompressed(tiny_image("podman import").layers[0]))
    podman.run("import", root, reference)
    digest = podman.push(reference)
    listed = aws.ecr("list-images", "--repository-name", repository)["imageIds"]
    assert listed == [{"imageDigest": digest, "imageTag": "1"}]
    pulled = aws.pull(repository, "1", tmp_path / "pulled")
    assert len(pulled.contents(digest)) == 3
    assert pulled.diff_ids(digest) == [digest_of(root.read_bytes())]


def test_the_password_of_the_cli_is_that_of_the_api(server: Server, aws: AwsCli, docker: Docker) -> None:
    assert "Login Succeeded" in docker.login(server.host, aws.password())
    token = aws.ecr("get-authorization-token")["authorizationData"][0]["authorizationToken"]
    assert base64.b64decode(token).startswith(b"AWS:")
    assert json.loads(aws.run("sts", "get-caller-identity", "--output", "json"))["Arn"].startswith("arn:aws:")
