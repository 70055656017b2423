"""Fixtures of the tests that speak /v2/ by hand. One client of each kind serves all of them: making one is slow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from entrepot.services import credentials
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import random_bytes
from tests.support.server import Keys, Server

SECOND_ACCOUNT = "210987654321"


@dataclass(frozen=True, slots=True)
class SharedBlob:
    """A blob of several frames that tests only read."""

    repository: str
    digest: str
    data: bytes

    SIZE: ClassVar[int] = (2 << 20) + 1234

    @property
    def path(self) -> str:
        return f"/v2/{self.repository}/blobs/{self.digest}"


@pytest.fixture(scope="session")
def ecr(server: Server) -> Any:
    """A boto3 client of `server`."""
    return server.boto3("ecr")


@pytest.fixture(scope="session")
def oci(server: Server, password: str) -> Checked:
    """A raw client of `server`, logged in."""
    return Checked(server.url, password)


@pytest.fixture(scope="session")
def nobody(server: Server) -> Checked:
    """A raw client of `server` without credentials."""
    return Checked(server.url)


@pytest.fixture
def repository(ecr: Any, new_name: Callable[[], str]) -> str:
    """The name of a new, empty repository."""
    name = new_name()
    ecr.create_repository(repositoryName=name)
    return name


@pytest.fixture
def other(ecr: Any, new_name: Callable[[], str]) -> str:
    """The name of another new, empty repository of the same registry."""
    name = new_name()
    ecr.create_repository(repositoryName=name)
    return name


@pytest.fixture
def immutable(ecr: Any, new_name: Callable[[], str]) -> str:
    """The name of a new repository whose tags cannot be moved."""
    name = new_name()
    ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
    return name


@pytest.fixture(scope="session")
def blob(ecr: Any, oci: Checked, new_name: Callable[[], str]) -> SharedBlob:
    """A blob in a repository of its own."""
    name, data = new_name(), random_bytes(SharedBlob.SIZE, "shared blob")
    ecr.create_repository(repositoryName=name)
    return SharedBlob(name, oci.push_blob(name, data), data)


@pytest.fixture(scope="session")
def second_keys(server: Server) -> Keys:
    """The access key of the root of a second account."""
    key = in_app(server.data, lambda app: credentials.ensure_root(app, SECOND_ACCOUNT))
    return Keys(key.access_key_id, key.secret)


@pytest.fixture(scope="session")
def second_ecr(server: Server, second_keys: Keys) -> Any:
    """A boto3 client of the second account."""
    return server.boto3("ecr", keys=second_keys)


@pytest.fixture(scope="session")
def second_oci(server: Server, second_keys: Keys) -> Checked:
    """A raw client of the second account."""
    return Checked(server.url, server.password(keys=second_keys))
