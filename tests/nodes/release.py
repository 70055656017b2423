"""The previous release, taken from this repository's history and run beside the one under test."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.processes import Program, free_port, unavailable
from tests.support.server import READY_SECONDS, Server

PREVIOUS = "f0322ed"
REPOSITORY = Path(__file__).parents[2]


class Release:
    """The source of a release in a folder; its programs use this interpreter and its packages."""

    def __init__(self, source: Path) -> None:
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("ENTREPOT_", "AWS_"))}
        self.env["PYTHONPATH"] = str(source / "src")
        self.command: list[str | Path] = [
            sys.executable,
            "-c",
            "from entrepot.cli import main; raise SystemExit(main())",
        ]

    def serve(self, data: Path) -> Program:
        """Starts a server on a free port and returns at once."""
        self.port = free_port()
        argv = [*self.command, "serve", "--data", data, "--port", str(self.port)]
        return Program(argv, log=data.with_name(f"previous-{self.port}.log"), env=self.env)

    def start(self, data: Path) -> Server:
        """Starts a server and waits until it is ready."""
        server = Server(self.serve(data), data, self.port, None)
        try:
            server.program.wait_until(server.ready, READY_SECONDS)
        except AssertionError:
            server.stop()
            raise
        return server


def previous(folder: Path) -> Release:
    """Unpacks the previous release into a folder; skips where the history does not hold it."""
    archive = ["git", "-C", str(REPOSITORY), "archive", PREVIOUS, "src"]
    try:
        done = subprocess.run(archive, capture_output=True, check=False)
    except FileNotFoundError:
        unavailable("git is not installed")
    if done.returncode:
        pytest.skip(f"the history does not hold the previous release, {PREVIOUS}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        files.extractall(folder, filter="data")
    return Release(folder)
