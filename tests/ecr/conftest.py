"""Fixtures of the tests of ECR's operations. Clients are made once, since making one is slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entrepot.services import credentials
from tests.ecr.lab import SECOND_ACCOUNT, Repo, client
from tests.oci.inprocess import in_app
from tests.support.oci import Oci
from tests.support.people import add_user
from tests.support.server import Keys, Server


@pytest.fixture(scope="session")
def ecr(server: Server) -> Any:
    """ECR, as the root of the first account."""
    return client(server)


@pytest.fixture(scope="session")
def account(server: Server) -> str:
    """The first account's id."""
    return client(server, "sts").get_caller_identity()["Account"]


@pytest.fixture(scope="session")
def oci(server: Server, password: str) -> Oci:
    """The other door, for what was pushed at this one."""
    return Oci(server.url, password)


@pytest.fixture(scope="session")
def second_keys(server: Server) -> Keys:
    """The access key of the root of a second account."""
    key = in_app(server.data, lambda app: credentials.ensure_root(app, SECOND_ACCOUNT))
    return Keys(key.access_key_id, key.secret)


@pytest.fixture(scope="session")
def second(server: Server, second_keys: Keys) -> Any:
    """ECR, as the root of a second account."""
    return client(server, keys=second_keys)


@pytest.fixture(scope="session")
def nobody(server: Server) -> Keys:
    """The access key of a user of the first account who may do nothing."""
    return add_user(server, "nobody")


@pytest.fixture(scope="session")
def new_repo(ecr: Any, new_name: Callable[[], str]) -> Callable[..., Repo]:
    """Makes repositories that no other test uses; takes what CreateRepository takes, and another client."""

    def make(by: Any = ecr, **settings: Any) -> Repo:
        made = by.create_repository(repositoryName=new_name(), **settings)["repository"]
        return Repo(by, made["repositoryName"], made["registryId"])

    return make


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    """A new, empty repository."""
    return new_repo()
