"""`entrepot backup` and `entrepot restore` as an operator runs them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from entrepot import cli, telemetry


def entrepot(*words: str | Path, code: int = 0) -> str:
    """Does what a command does, without the second that a process takes to start; returns both outputs."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(output):
        patch.setattr(telemetry, "configure", lambda *_: None)
        for name in os.environ:
            if name.startswith(("ENTREPOT_", "AWS_")):
                patch.delenv(name)
        try:
            ended = cli.main([str(word) for word in words])
        except SystemExit as error:
            ended = error.code
    assert ended == code, output.getvalue()
    return output.getvalue()


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
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in (0, -signal.SIGKILL), done.stdout + done.stderr
    return done.returncode != 0
