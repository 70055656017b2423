"""`entrepot backup` and `entrepot restore` as an operator runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.server import COMMAND


def entrepot(*words: str | Path, code: int = 0) -> str:
    """Runs a command that ends with an exit code; returns both outputs."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ENTREPOT_", "AWS_"))}
    argv = [COMMAND, *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=own)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


# The command, which ends itself with SIGKILL when it comes to sync a file or a folder for the nth time, in whichever of
# its threads.
_KILLED = """
import itertools, os, signal, sys
from entrepot.cli import main

count, sync = itertools.count(1), os.fsync

def fsync(fd):
    if next(count) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    sync(fd)

os.fsync = fsync
sys.exit(main(sys.argv[2:]))
"""


def killed(moment: int, *words: str | Path) -> bool:
    """Runs a command that is killed when it syncs something for the nth time; False where it came to its end."""
    argv = [sys.executable, "-c", _KILLED, str(moment), *map(str, words)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
    return done.returncode != 0
