"""Over TLS: the same doors, for clients that are told whom to trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clients.aws_cli import AwsCli
from tests.support.clients.skopeo import Skopeo
from tests.support.images import tiny_image
from tests.support.layout import Layout, write_image
from tests.support.server import Server, start_server
from tests.support.tls import Certificate


@pytest.fixture(scope="module")
def secure(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("secure") / "data", tls=certificate)
    yield running
    running.stop()


def test_skopeo_and_the_aws_cli_over_tls(secure: Server, certificate: Certificate, tmp_path: Path) -> None:
    skopeo, aws = Skopeo(tmp_path / "skopeo", trust=certificate.ca.parent), AwsCli(tmp_path / "aws", secure.aws_env)
    image, layout, reference = tiny_image("tls"), Layout(tmp_path / "layout"), f"{secure.host}/tls:v"
    write_image(layout, image, "v")
    aws.ecr("create-repository", "--repository-name", "tls")
    skopeo.login(secure.host, aws.password())
    skopeo.push(layout, "v", reference)
    assert skopeo.pull(reference, tmp_path / "pulled").contents(image.digest) == layout.contents(image.digest)
    endpoint = aws.ecr("get-authorization-token")["authorizationData"][0]["proxyEndpoint"]
    assert endpoint.startswith("https://")


def test_a_client_that_trusts_somebody_else_is_not_served(secure: Server, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    skopeo = Skopeo(tmp_path / "skopeo", trust=nobody)
    with pytest.raises(AssertionError, match="x509"):
        skopeo.login(secure.host, secure.password())
