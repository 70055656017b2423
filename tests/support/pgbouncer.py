"""A real pgbouncer in front of the tests' PostgreSQL, in transaction mode."""

from __future__ import annotations

import functools
import os
import socket
import subprocess
import time
from pathlib import Path

from tests.support.postgres import PASSWORD, USER, as_postgres, cluster
from tests.support.processes import free_port, require

POOL = 4
START_SECONDS = 60.0


class Pgbouncer:
    """Gives each transaction one of `POOL` connections, whichever is free."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        config, users, log = folder / "pgbouncer.ini", folder / "users.txt", folder / "pgbouncer.log"
        users.write_text(f'"{USER}" "{PASSWORD}"\n')
        config.write_text(
            f"[databases]\n* = host=127.0.0.1 port={cluster().port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {users}\nadmin_users = {USER}\n"
            f"pool_mode = transaction\ndefault_pool_size = {POOL}\nmax_client_conn = 500\n"
        )
        for path in (config, users):
            path.chmod(0o644)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                as_postgres([pgbouncer_program(), config]), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text(errors="replace")[-4000:])
            time.sleep(0.02)

    def url(self, database: str) -> str:
        """What the setting database wants."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(START_SECONDS)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@functools.cache
def pgbouncer() -> Pgbouncer:
    """The one pgbouncer of this run of the tests."""
    return Pgbouncer(cluster().folder)


def end() -> None:
    """Ends the pgbouncer if it was started."""
    if pgbouncer.cache_info().currsize:
        pgbouncer().stop()
        pgbouncer.cache_clear()


def pgbouncer_program() -> str:
    """Its path, which on Debian is one of an administrator's."""
    os.environ["PATH"] = os.pathsep.join(dict.fromkeys([*os.environ.get("PATH", os.defpath).split(":"), "/usr/sbin"]))
    return require("pgbouncer")
