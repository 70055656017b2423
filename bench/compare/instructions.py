"""How many instructions one request takes: a figure that other work on the machine leaves alone.

valgrind counts those of a process that answers few requests, and of one that answers many; what lies between is theirs.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from bench.caller import basic, new_caller
from bench.compare.contestants import REPOSITORY, Contestant
from bench.compare.small import small_image
from bench.content import Content
from bench.servers import TOPOLOGIES, Backends, backends, deployed
from tests.support.processes import run

FEW, MANY = 50, 250
TITLE = "manifest `GET` by tag, authenticated, without the HTTP server"
_SECONDS = 1200.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
_REFERENCES = re.compile(r"I\s+refs:\s+([\d,]+)")


def counted(folder: Path | None) -> dict[str, float]:
    """By title, for one request; nothing where valgrind is not installed."""
    if not shutil.which("valgrind"):
        return {}
    with backends(folder) as behind, deployed(TOPOLOGIES[0], behind) as deployment:
        server = deployment.server
        server.create_repository(REPOSITORY)
        login = basic("AWS", new_caller(server, deployment.netloc).password())
        small_image(Contestant("", "", deployment.netloc, Content(1 << 20), login))
        server.terminate()
        words = [sys.executable, "-m", "bench.compare.asgi", server.data]
        # Once without being counted: what Python compiles at first is there afterwards.
        run([*words, "1", login["Authorization"]], env=_ENVIRONMENT)
        few, many = (_instructions([*words, str(count), login["Authorization"]], behind) for count in (FEW, MANY))
    return {TITLE: (many - few) / (MANY - FEW)}


def _instructions(words: list[str | Path], behind: Backends) -> int:
    log = behind.folder / "valgrind.log"
    argv = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", f"--log-file={log}"]
    run([*argv, *words], env=_ENVIRONMENT, seconds=_SECONDS)
    return parsed(log.read_text())


def parsed(log: str) -> int:
    """The count in what valgrind wrote; raises ValueError where there is none."""
    found = _REFERENCES.search(log)
    if not found:
        raise ValueError(f"valgrind: {log[-500:]}")
    return int(found[1].replace(",", ""))
