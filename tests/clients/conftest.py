"""Each client once a session, logged in to `server`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.clients.aws_api import AwsApi
from tests.support.clients.aws_cli import AwsCli
from tests.support.clients.buildah import Buildah
from tests.support.clients.ctr import Ctr
from tests.support.clients.docker import Docker
from tests.support.clients.javascript import JavaScript
from tests.support.clients.oras_python import Oras
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.server import Server


@pytest.fixture(scope="session")
def docker(server: Server, password: str, short_folder: Callable[[], Path]) -> Iterator[Docker]:
    client = Docker(short_folder())
    try:
        client.login(server.host, password)
        yield client
    finally:
        client.close()


@pytest.fixture(scope="session")
def ctr(password: str, short_folder: Callable[[], Path]) -> Iterator[Ctr]:
    client = Ctr(short_folder())
    try:
        client.login(password)
        yield client
    finally:
        client.close()


@pytest.fixture(scope="session")
def podman(server: Server, password: str, short_folder: Callable[[], Path]) -> Podman:
    client = Podman(short_folder())
    client.login(server.host, password)
    return client


@pytest.fixture(scope="session")
def buildah(server: Server, password: str, short_folder: Callable[[], Path]) -> Buildah:
    client = Buildah(short_folder())
    client.login(server.host, password)
    return client


@pytest.fixture(scope="session")
def skopeo(server: Server, password: str, tmp_path_factory: pytest.TempPathFactory) -> Skopeo:
    client = Skopeo(tmp_path_factory.mktemp("skopeo"))
    client.login(server.host, password)
    return client


@pytest.fixture(scope="session")
def oras(server: Server, password: str, tmp_path_factory: pytest.TempPathFactory) -> Oras:
    client = Oras(server.host, tmp_path_factory.mktemp("oras"))
    client.login(password)
    return client


@pytest.fixture(scope="session")
def aws(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AwsCli:
    return AwsCli(tmp_path_factory.mktemp("aws"), server.aws_env)


@pytest.fixture(scope="session")
def api(server: Server) -> AwsApi:
    return AwsApi(server.boto3("ecr"))


@pytest.fixture(scope="session")
def javascript(server: Server, tmp_path_factory: pytest.TempPathFactory) -> JavaScript:
    return JavaScript(tmp_path_factory.mktemp("javascript"), server.aws_env)
