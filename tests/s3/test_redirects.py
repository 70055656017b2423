"""Redirect mode: the registry says who may have a layer, and the store hands it out."""

from __future__ import annotations

import http.client
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import StartServer
from tests.s3.conftest import flags, new_place
from tests.support.clients.ctr import Ctr
from tests.support.clients.docker import Docker
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.images import digest_of, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Answer, Oci
from tests.support.seaweed import Seaweed
from tests.support.server import Keys, Server, start_server

MIB = 1 << 20


@pytest.fixture(scope="module")
def redirecting(weed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    args = flags(new_place(), weed.url, "--blob-delivery", "redirect", "--work", "false")
    server = start_server(tmp_path_factory.mktemp("redirect") / "data", env=weed.env, args=args)
    server.create_repository("app")
    yield server
    server.stop()


@pytest.fixture
def client(redirecting: Server) -> Oci:
    return Oci(redirecting.url, redirecting.password())


def fetch(url: str, headers: dict[str, str] | None = None) -> Answer:
    """Without credentials, as clients follow a redirect to another host."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("size", [0, 1, 3 * MIB + 17, 26 * MIB])
def test_a_layer_comes_from_the_store(client: Oci, weed: Seaweed, size: int) -> None:
    data = os.urandom(size)
    digest = client.push_blob_in_chunks("app", data, 14 * MIB) if size else client.push_blob("app", data)
    assert client.head_blob("app", digest).expect(200).headers["content-length"] == str(size)
    answer = client.get_blob("app", digest).expect(307)
    url = answer.headers["location"]
    assert url.startswith(weed.url)
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["1200"]
    assert "no-store" in answer.headers["cache-control"]
    assert fetch(url).expect(200).body == data
    if size > 1:
        assert fetch(url, {"Range": f"bytes=1-{size - 2}"}).expect(206).body == data[1:-1]


def test_nothing_is_given_to_who_may_not_have_it(client: Oci, redirecting: Server) -> None:
    digest = client.push_blob("app", b"private")
    for stranger in (Oci(redirecting.url), Oci(redirecting.url, "wrong")):
        answer = stranger.get_blob("app", digest).expect(401)
        assert "location" not in answer.headers
    answer = Oci(redirecting.url, redirecting.password(keys=powerless(redirecting))).get_blob("app", digest).expect(403)
    assert "location" not in answer.headers


def powerless(server: Server) -> Keys:
    """A user who may log in and nothing else."""
    iam = server.boto3("iam")
    iam.create_user(UserName="powerless")
    login = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [login]})
    iam.put_user_policy(UserName="powerless", PolicyName="login", PolicyDocument=document)
    made = iam.create_access_key(UserName="powerless")["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def test_a_url_is_good_for_one_object_and_for_a_while(client: Oci) -> None:
    first, second = client.push_blob("app", b"first"), client.push_blob("app", b"second")
    url, other = (client.get_blob("app", digest).headers["location"] for digest in (first, second))
    assert fetch(url.replace(urlsplit(url).path, urlsplit(other).path)).status == 403
    assert fetch(url.partition("?")[0]).status == 403
    assert fetch(re.sub("X-Amz-Expires=[0-9]+", "X-Amz-Expires=86400", url)).status == 403
    assert fetch(url).expect(200).body == b"first"


def test_get_download_url_for_layer(client: Oci, redirecting: Server, weed: Seaweed) -> None:
    image = tiny_image("by url")
    client.push_image("app", image, "v1")
    ecr = redirecting.boto3("ecr")
    digest = digest_of(image.blobs[-1])
    url = ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest)["downloadUrl"]
    assert url.startswith(weed.url)
    assert 3500 < int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0]) <= 3600
    assert fetch(url).expect(200).body == image.blobs[-1]


def test_the_store_encrypts(client: Oci, weed: Seaweed) -> None:
    digest = client.push_blob("app", os.urandom(1000))
    path = urlsplit(client.get_blob("app", digest).headers["location"]).path
    _, bucket, key = path.split("/", 2)
    assert weed.client().head_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "AES256"


@pytest.mark.clients
def test_clients_follow(redirecting: Server, tmp_path: Path, short_folder: Callable[[], Path]) -> None:
    reference, password = f"{redirecting.host}/app:followed", redirecting.password()
    layout = Layout(tmp_path / "layout")
    digest = write_image(layout, tiny_image("followed"), "latest")
    skopeo, podman = Skopeo(tmp_path / "skopeo"), Podman(short_folder())
    for client in (skopeo, podman):
        client.login(redirecting.host, password)
    skopeo.push(layout, "latest", reference)
    assert skopeo.pull(reference, tmp_path / "by-skopeo").contents(digest) == layout.contents(digest)
    assert podman.pull(reference) == digest
    with closing(Ctr(short_folder())) as ctr:
        ctr.login(password)
        assert ctr.pull(reference, tmp_path / "by-ctr").contents(digest) == layout.contents(digest)
    with closing(Docker(short_folder())) as docker:
        docker.login(redirecting.host, password)
        assert docker.pull(reference) == digest


def test_a_deployment_changes_its_mind(start: StartServer, weed: Seaweed, tmp_path: Path) -> None:
    place, data = new_place(), {name: os.urandom(2 * MIB) for name in ("server", "redirect")}
    for mode in ("server", "redirect"):
        args = flags(place, weed.url, "--blob-delivery", mode, "--work", "false")
        server = start(tmp_path / "data", env=weed.env, args=args)
        if mode == "server":
            server.create_repository("app")
        client = Oci(server.url, server.password())
        client.push_blob("app", data[mode])
        for form, content in data.items():
            answer = client.get_blob("app", digest_of(content))
            if form == mode == "redirect":
                assert fetch(answer.expect(307).headers["location"]).expect(200).body == content
            elif form == "server":
                assert answer.expect(200).body == content
        server.stop()
    server = start(tmp_path / "data", env=weed.env, args=flags(place, weed.url, "--work", "false"))
    client = Oci(server.url, server.password())
    for content in data.values():
        assert client.get_blob("app", digest_of(content)).expect(200).body == content
        assert client.get_blob("app", digest_of(content), {"Range": "bytes=9-2000000"}).body == content[9:2000001]
