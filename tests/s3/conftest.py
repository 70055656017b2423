"""Servers that keep their layers in a bucket of SeaweedFS, with or without a proxy in between."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.support.oci import Oci
from tests.support.s3_proxy import S3Proxy
from tests.support.seaweed import Seaweed, bucket, seaweed
from tests.support.server import Server, start_server

_numbers = itertools.count(1)


def new_place() -> str:
    """A corner of a bucket that nobody has used, as a URL."""
    return f"s3://{bucket()}/corner-{next(_numbers)}"


def flags(place: str, url: str, *more: str) -> list[str]:
    """What leads a server there."""
    return ["--blobs", place, "--s3-endpoint-url", url, "--s3-path-style", "true", *more]


@pytest.fixture(scope="session")
def weed() -> Seaweed:
    return seaweed()


@pytest.fixture
def start_on_s3(start: StartServer, weed: Seaweed) -> StartServer:
    """Starts servers of the test's own in a corner of their own, or in `place`; `url` leads them by a proxy."""

    def start_one(data: Path | None = None, *, place: str = "", url: str = "", args: Any = (), **more: Any) -> Server:
        env = {**weed.env, **more.pop("env", {})}
        return start(data, env=env, args=[*flags(place or new_place(), url or weed.url), *args], **more)

    return start_one


@pytest.fixture(scope="module")
def all_proxy(weed: Seaweed) -> Iterator[S3Proxy]:
    running = S3Proxy(weed.port)
    yield running
    running.close()


@pytest.fixture(scope="module")
def place() -> str:
    """Where `served` keeps its layers."""
    return new_place()


@pytest.fixture(scope="module")
def served(weed: Seaweed, all_proxy: S3Proxy, place: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a module, behind the proxy and without periodic work, with a repository `app`."""
    args = flags(place, all_proxy.url, "--s3-timeout", "1", "--work", "false")
    server = start_server(tmp_path_factory.mktemp("s3") / "data", env=weed.env, args=args)
    server.create_repository("app")
    yield server
    server.stop()


@pytest.fixture
def proxy(all_proxy: S3Proxy) -> Iterator[S3Proxy]:
    """What `served` reaches the store by; nothing fails there but what the test says."""
    yield all_proxy
    all_proxy.heal()


@pytest.fixture
def client(served: Server) -> Oci:
    """A raw client of `served`."""
    return Oci(served.url, served.password())


@pytest.fixture
def keys(weed: Seaweed, place: str) -> Callable[[], set[str]]:
    """The keys in the corner of `served` but for the store's mark, without its prefix."""
    name, _, prefix = place.removeprefix("s3://").partition("/")

    def listed() -> set[str]:
        pages = weed.client().get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=f"{prefix}/")
        found = {each["Key"].removeprefix(f"{prefix}/") for page in pages for each in page.get("Contents", ())}
        return found - {"mark"}

    return listed
