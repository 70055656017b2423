"""Starts the stub server and looks after its processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 20.0


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true before patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Running:
    """One server process with its workers. `log` is what it has written to standard error."""

    def __init__(
        self, folder: Path, *, host: str = "127.0.0.1", port: int = 0, workers: int = 1, method: str = "fork"
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.host = host
        self.folder = folder
        self._log = folder / f"log-{time.monotonic_ns()}"
        command = [sys.executable, "-m", "tests.server.stub", str(folder), host, str(port), str(workers), method]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.port = int(line) if line else 0

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log's lines; fails where one is not JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)

    def get(self, path: str = "/") -> tuple[int, bytes]:
        connection = self.connection()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def worker(self) -> int:
        """The pid of a worker that answers."""
        return int(self.get()[1].split()[0])

    def answers(self) -> bool:
        try:
            return self.get()[0] == http.HTTPStatus.OK
        except OSError:
            return False

    def listens(self) -> bool:
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            return probe.connect_ex((self.host, self.port)) == 0

    def ready(self) -> Running:
        assert eventually(self.answers), self.log
        return self

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal and returns the exit code."""
        os.kill(self.process.pid, number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
