"""A server with two workers and repositories on keys of its own. Files and rows are looked at from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.encryption.keys import KINDS, Kms, create
from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.stored import Stored


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this folder: nothing else writes to its data."""
    running = start_server(tmp_path_factory.mktemp("house") / "data", workers=2, args=["--work", "false"])
    running.boto3("ecr").put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def kms(house: Server) -> Kms:
    return Kms(house)


@pytest.fixture(scope="session")
def ecr(house: Server) -> Any:
    """A boto3 client of `house`."""
    return house.boto3("ecr")


@pytest.fixture(scope="session")
def oci(house: Server) -> Oci:
    """A raw client of `house`, logged in."""
    return Oci(house.url, house.password())


@pytest.fixture(scope="session")
def stored(house: Server) -> Stored:
    return Stored(house.data)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each encryption type with a key."""
    return request.param


@pytest.fixture
def key(kms: Kms) -> str:
    """The ARN of a new key."""
    return kms.create()


@pytest.fixture
def repository(ecr: Any, kind: str, key: str) -> str:
    """A new repository of each type under `key`."""
    return create(ecr, kind, key)


@pytest.fixture
def object_file(house: Server, stored: Stored) -> Callable[[str, str], Path]:
    """Where the bytes of a repository's layer are."""

    def find(repository: str, digest: str) -> Path:
        (name,) = stored.rows(
            "SELECT b.object_id FROM blobs b JOIN repository_blobs h ON h.blob_id = b.id "
            "JOIN repositories r ON r.id = h.repository_id WHERE r.name = ? AND b.digest = ?",
            repository,
            digest,
        )
        return house.data / "blobs" / name[0] / name[1] / name

    return find
