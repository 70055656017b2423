"""An outside KMS for the whole run, and deployments of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from entrepot import app as root
from entrepot.settings_sources import from_flags
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
def prepare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Makes a deployment as its first start does. What is in `env` is in this process's environment too."""

    def make(env: dict[str, str] | None = None) -> Deployed:
        for name, value in (env or {}).items():
            if not name.startswith("ENTREPOT_"):
                monkeypatch.setenv(name, value)
        data = tmp_path / "data"
        engines.provide(data)
        own = {name: value for name, value in (env or {}).items() if name.startswith("ENTREPOT_")}
        root.prepare(from_flags({"data": str(data)}, own)[0])
        return Deployed(data, dict(env or {}))

    return make
