"""One server with three workers, whose store nobody else adds to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.stored import Stored


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """More workers than this machine may have cores, so that requests of one client meet several of them."""
    running = start_server(tmp_path_factory.mktemp("crowd") / "data", workers=3)
    yield running
    running.stop()


@pytest.fixture(scope="package")
def password(server: Server) -> str:
    return server.password()


@pytest.fixture
def oci(server: Server, password: str) -> Oci:
    return Oci(server.url, password)


@pytest.fixture
def stored(server: Server) -> Stored:
    return Stored(server.data)
