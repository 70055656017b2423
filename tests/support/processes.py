"""Programs that a test starts and stops itself, and commands that it runs to their end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

COMMAND_SECONDS = 300.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.02


def unavailable(reason: str) -> NoReturn:
    """Skips the test that needs what is missing; fails it where REQUIRE_CLIENTS=1 says that it is there."""
    if os.environ.get("REQUIRE_CLIENTS") == "1":
        pytest.fail(f"{reason} (required: REQUIRE_CLIENTS=1)")
    pytest.skip(reason)


def require(program: str) -> str:
    """The path of an installed program, looked for beside this interpreter first; `unavailable` where there is none."""
    found = shutil.which(program, path=search_path())
    return found or unavailable(f"{program} is not installed")


def search_path() -> str:
    """PATH with the folder of this interpreter's own scripts in front."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def isolated_env(home: Path, **extra: str) -> dict[str, str]:
    """An environment in which a client finds no settings or credentials but those it is given."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": search_path(),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TMPDIR": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        **extra,
    }


def free_port() -> int:
    """A TCP port on the loopback interface that nobody listens on, nor another worker of this run is about to."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """As many different ports."""
    workers, own = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")), os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    found: list[int] = []
    with contextlib.ExitStack() as held:
        while len(found) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            # Linux gives listeners odd ports as long as it has any.
            if port // 2 % workers == int(own.removeprefix("gw")):
                found.append(port)
    return found


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes = b"",
    cwd: Path | None = None,
    seconds: float = COMMAND_SECONDS,
) -> str:
    """Runs a command and returns its standard output; AssertionError with both outputs where it fails."""
    words = [str(word) for word in argv]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(words, input=data, env=env, cwd=cwd, capture_output=True, timeout=seconds, check=False)
    output, errors = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)[:500]}\nexit {done.returncode}\n{output[-2000:]}\n{errors[-4000:]}")
    return output


class Program:
    """A program in the background: leader of its own process group, both outputs in `log`."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = Path(argv[0]).name
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(word) for word in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def log_text(self) -> str:
        """What the program has written so far."""
        return self.log.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Polls `ready`; AssertionError with the log's end where the program ends first or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise AssertionError(f"{self.name} ended with {self._process.returncode}\n{self.log_text()[-4000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} was not ready in {seconds} s\n{self.log_text()[-4000:]}")
            time.sleep(POLL_SECONDS)

    def terminate(self, seconds: float = STOP_SECONDS) -> int:
        """SIGTERM to the program, its exit status back; AssertionError where it does not end in time."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill_hard()
            raise AssertionError(
                f"{self.name} did not end {seconds} s after SIGTERM\n{self.log_text()[-4000:]}"
            ) from None

    def kill_hard(self) -> None:
        """SIGKILL to the whole group at once, as a power cut would end it."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self._process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ends the program however it can be ended; for clean-up."""
        with contextlib.suppress(AssertionError):
            self.terminate()
        self.kill_hard()


def tree(pid: int) -> list[int]:
    """A process and all its descendants, parents first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(_parent(entry), []).append(int(entry.name))
    found = [pid]
    for member in found:
        found.extend(parents.get(member, []))
    return found


def memory(pid: int, field: str) -> int:
    """Bytes of a memory field (VmRSS, VmHWM) in /proc/PID/status; 0 for a process that is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(sizes[0]) * 1024 if sizes else 0


def _parent(entry: Path) -> int:
    try:
        status = (entry / "stat").read_text()
    except OSError:
        return -1
    # The name in brackets may itself hold spaces and brackets: count from its end.
    return int(status.rpartition(")")[2].split()[1])
