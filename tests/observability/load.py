"""A server at which everything happens that has a metric: good and bad requests, a lost layer, a wrong key."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from entrepot.context import Registry
from entrepot.meta import data_keys
from entrepot.meta.data_keys import NewDataKey
from entrepot.services.keyring import registry_scope
from tests.attacks.signed import sign
from tests.observability.collector import Collector, collector
from tests.oci.inprocess import in_app
from tests.support.images import digest_of, random_bytes, tiny_image
from tests.support.oci import Oci
from tests.support.people import add_user
from tests.support.server import Server, start_server

TOKEN = "a-token-that-nobody-guesses"
ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True)
class Driven:
    """The server, and the collector that its spans went to."""

    server: Server
    traces: Collector


@contextmanager
def driven(folder: Path) -> Iterator[Driven]:
    """A server with two workers on SQLite and a folder, after the load."""
    with collector() as traces:
        env = {"ENTREPOT_METRICS_TOKEN": TOKEN, "ENTREPOT_OTLP_ENDPOINT": traces.url}
        server = start_server(folder / "data", workers=2, env=env)
        try:
            drive(server)
            yield Driven(server, traces)
        finally:
            server.stop()


def drive(server: Server) -> None:
    """Everything once."""
    ecr, password = server.boto3("ecr"), server.password()
    oci = Oci(server.url, password)
    ecr.create_repository(repositoryName="hello/world")
    image = tiny_image("driven")
    oci.push_image("hello/world", image, "v1")
    oci.pull_image("hello/world", "v1")
    _ask(server, oci, ecr, digest_of(image.layers[0]))
    _be_refused(server, oci, ecr)
    oci.delete_manifest("hello/world", image.digest).expect(202)
    for path in ("/healthz", "/readyz"):
        oci.request("GET", path).expect(200)
    _lose_a_layer(server, oci)
    _lose_a_key(server)


def _ask(server: Server, oci: Oci, ecr: Any, layer: str) -> None:
    url = ecr.get_download_url_for_layer(repositoryName="hello/world", layerDigest=layer)["downloadUrl"]
    Oci(server.url).request("GET", url.removeprefix(server.url)).expect(200)
    server.boto3("sts").get_caller_identity()
    oci.request("GET", "/v2/_token", headers=oci.authorization()).expect(200)


def _be_refused(server: Server, oci: Oci, ecr: Any) -> None:
    for path in ("/nowhere", "/v2/x", "/v2/hello/world/unheard-of/x"):
        oci.request("GET", path).expect(404)
    oci.request("BREW", "/v2/hello/world/manifests/v1").expect(405)
    oci.request("GET", "/v2/hello/world/manifests/absent").expect(404)
    Oci(server.url, "wrong").request("GET", "/v2/").expect(401)
    Oci(server.url).request("GET", "/v2/").expect(401)
    nobody = add_user(server, "nobody")
    with contextlib.suppress(ClientError):
        server.boto3("ecr", keys=nobody).describe_repositories()
    iam = server.boto3("iam")
    for _ in range(2):  # of two keys that a user may have, there is one
        with contextlib.suppress(ClientError):
            iam.create_access_key(UserName="nobody")
    with contextlib.suppress(ClientError):
        ecr.get_lifecycle_policy(repositoryName="hello/world")
    spoilt = sign(server, "DescribeRepositories")
    spoilt.with_header("Authorization", spoilt.headers["Authorization"][:-4] + "0000").send()
    _hang_up(server)


def _hang_up(server: Server) -> None:
    """In the middle of a body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"{")
    connection.close()


def _lose_a_layer(server: Server, oci: Oci) -> None:
    """The file of a layer goes from the store."""
    before = _files(server)
    digest = oci.push_blob("hello/world", random_bytes(10_000, "to be lost"))
    for lost in _files(server) - before:
        lost.unlink()
    with contextlib.suppress(AssertionError, OSError, http.client.HTTPException):
        oci.get_blob("hello/world", digest)


def _files(server: Server) -> set[Path]:
    return {path for path in (server.data / "blobs").rglob("*") if path.is_file() and path.parent.name != "locks"}


def _lose_a_key(server: Server) -> None:
    """The data key of a registry is not what the master key sealed."""
    region = "eu-west-1"
    scope = registry_scope(Registry(ACCOUNT, region))
    in_app(server.data, lambda app: app.db.write(data_keys.add_key, NewDataKey(scope, bytes(60)), 0, 0))
    server.boto3("ecr", region=region).create_repository(repositoryName="hello/west")
    Oci(server.url, server.password(region=region)).request("POST", "/v2/hello/west/blobs/uploads/").expect(403)
