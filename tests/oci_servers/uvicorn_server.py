"""Entrepot under uvicorn, in a process of its own: the application is plain ASGI, and Granian is one of its servers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from starlette.types import ASGIApp

from entrepot.app import build, prepare
from entrepot.settings import Settings
from entrepot.settings_sources import from_flags
from tests.support.processes import Program, free_port
from tests.support.server import READY_SECONDS, Server

ROOT = Path(__file__).parents[2]
_DATA, _PORT = "TEST_DATA", "TEST_PORT"


def application() -> ASGIApp:
    """What uvicorn calls in each of its workers."""
    return build(_settings(Path(os.environ[_DATA]), os.environ[_PORT]))


def start_uvicorn(data: Path, workers: int) -> Server:
    """Starts uvicorn on a new data folder and waits until it is ready. The log is beside the folder."""
    port = free_port()
    prepare(_settings(data, str(port)))
    argv: list[str | Path] = [sys.executable, "-m", "uvicorn", "--factory", f"{__name__}:application"]
    argv += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--lifespan", "on"]
    env = {**os.environ, _DATA: str(data), _PORT: str(port)}
    program = Program(argv, log=data.with_name("uvicorn.log"), env=env, cwd=ROOT)
    server = Server(program, data, port, None)
    try:
        program.wait_until(server.ready, READY_SECONDS)
    except AssertionError:
        server.stop()
        raise
    return server


def _settings(data: Path, port: str) -> Settings:
    settings, _ = from_flags({"data": str(data), "port": port}, {})
    return settings
