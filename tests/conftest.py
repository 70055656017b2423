"""Fixtures for every test that talks to a running server. Each ends what it started."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.support import engines, pgbouncer, postgres, seaweed
from tests.support.content import ContentCache
from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.tls import Certificate, make_certificate
from tests.support.turns import turn

# Property tests judge results, not the speed of the machine that they happen to run on.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=engines.ENGINES, default=engines.ENGINES[0], help="What servers keep their metadata in."
    )


def pytest_configure(config: pytest.Config) -> None:
    engines.choose(str(config.getoption("--engine")))


def pytest_unconfigure() -> None:
    pgbouncer.end()
    postgres.end()
    seaweed.end()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside of the test's timeout
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if os.environ.get("PYTEST_XDIST_WORKER") is None:
        return (yield)
    # The folder of the run, in which each worker has its own.
    run = item.session.config._tmp_path_factory.getbasetemp().parent  # type: ignore[attr-defined]
    with turn(run, alone=item.get_closest_marker("alone") is not None):
        return (yield)


class StartServer(Protocol):
    """Starts servers for one test; see `tests.support.server.start_server` for the options."""

    def __call__(self, data: Path | None = None, **options: Any) -> Server: ...


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with two workers for all tests that need nothing special of it."""
    running = start_server(tmp_path_factory.mktemp("server") / "data", workers=2)
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartServer]:
    """Starts servers of the test's own, on a new data folder or on one given."""
    started: list[Server] = []

    def start_one(data: Path | None = None, **options: Any) -> Server:
        started.append(start_server(data or tmp_path / f"data-{len(started)}", **options))
        return started[-1]

    yield start_one
    for running in started:
        running.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost that only those trust who are told to."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> ContentCache:
    """Real and large images, each made at its first use."""
    return ContentCache(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="session")
def password(server: Server) -> str:
    """What container clients log in to `server` with."""
    return server.password()


@pytest.fixture
def oci(server: Server, password: str) -> Oci:
    """A raw client of `server`, logged in."""
    return Oci(server.url, password)


@pytest.fixture
def ecr(server: Server) -> Any:
    """A boto3 client of `server`."""
    return server.boto3("ecr")


@pytest.fixture(scope="session")
def new_name() -> Callable[[], str]:
    """Names of repositories that no other test uses."""
    numbers = itertools.count(1)
    return lambda: f"repository-{next(numbers)}"


@pytest.fixture
def repository(server: Server, new_name: Callable[[], str]) -> str:
    """The name of a new, empty repository of `server`."""
    name = new_name()
    server.create_repository(name)
    return name


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Callable[[], Path]]:
    """Folders with paths short enough for a socket."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="e-")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
