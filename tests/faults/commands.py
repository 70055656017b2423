"""Servers that are expected to refuse their start."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import free_port
from tests.support.server import COMMAND

REFUSAL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a server ended that did not start: its exit code and the lines that it wrote."""

    code: int
    lines: list[str]
    output: str


def refused_start(
    data: Path, port: int | None = None, *, command: str = "serve", env: Mapping[str, str] | None = None
) -> Refusal:
    """Starts a server, or a worker, that is to end by itself; TimeoutExpired where it serves instead."""
    words = [COMMAND, command, "--data", str(data), "--port", str(port or free_port())]
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ENTREPOT_", "AWS_"))}
    environment = {**own, **(env or {})}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=REFUSAL_SECONDS, check=False)
    return Refusal(ended.returncode, ended.stderr.splitlines(), ended.stdout)


def mode(path: Path) -> int:
    """A file's permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def snapshot(data: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file; SQLite's two side files, which come and go with its connections, left out."""
    files = (path for path in data.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path.relative_to(data)): (mode(path), path.read_bytes()) for path in files}
