"""An outside KMS for the whole run, and deployments of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from entrepot import app as root
from tests.master_keys.deployed import Deployed, Outside
from tests.support import engines
from tests.support.server import start_server

Prepare = Callable[..., Deployed]


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """A KMS that serves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "on_postgres", lambda: False)
        server = start_server(tmp_path_factory.mktemp("outside") / "kms")
    yield Outside(server)
    server.stop()


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    """Makes a deployment as its first start does, with that environment."""

    def make(env: dict[str, str] | None = None) -> Deployed:
        deployed = Deployed(tmp_path / "data", dict(env or {}))
        engines.provide(deployed.data)
        with deployed.told():
            root.prepare(deployed.settings())
        return deployed

    return make
