"""A real PostgreSQL on a free loopback port, started at its first use in a run of the tests, and databases in it."""

from __future__ import annotations

import functools
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from entrepot.meta.postgres import postgres_engine
from entrepot.meta.schema import migrate
from tests.support.processes import free_port, run, search_path, unavailable

USER = "postgres"
PASSWORD = "seldom-said"
START_SECONDS = 120.0
# Nothing here has to survive a power cut; what is acknowledged does survive the end of every process.
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "logging_collector": "off",
    "timezone": "UTC",
}


class Cluster:
    """A PostgreSQL server with its files in a folder of its own. It runs as the user postgres where tests are root.

    `options` are settings of PostgreSQL's, over those of the tests.
    """

    def __init__(self, **options: str) -> None:
        self._options = _OPTIONS | options
        self.folder = Path(tempfile.mkdtemp(prefix="entrepot-pg-"))
        self.port = free_port()
        self.log = self.folder / "log"
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(self.folder, *_ids())
        (password := self.folder / "password").write_text(PASSWORD)
        password.chmod(0o644)
        initdb = [binary("initdb"), "-D", self.folder / "data", "-U", USER, "-A", "scram-sha-256"]
        # A collation as users have it: what is to sort by its bytes must not rely on the database for it.
        run(as_postgres([*initdb, f"--pwfile={password}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]))
        self.start()

    @property
    def pid(self) -> int:
        """The server's first process, parent of all others."""
        assert self._process
        return self._process.pid

    def url(self, database: str, **parameters: str) -> str:
        """What the setting database wants."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}" + (f"?{query}" if query else "")

    def start(self) -> None:
        """Starts the server, after `stop` on the same data, and waits until it takes connections.

        To be called in the main thread: the server ends with the thread that started it.
        """
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        command = [binary("postgres"), "-D", self.folder / "data", "-p", self.port, *options]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                as_postgres(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(self.log.read_text(errors="replace")[-4000:]) from None
                time.sleep(0.02)
            else:
                return

    def stop(self, mode: str = "fast") -> None:
        """Ends the server and every connection to it; `immediate` is a crash, with recovery at the next start."""
        if self._process is None:
            return
        if self._process.poll() is None:
            command = [binary("pg_ctl"), "stop", "-D", self.folder / "data", "-m", mode, "-w", "-t", "30"]
            run(as_postgres(command))
            self._process.wait(START_SECONDS)
        self._process = None

    def start_again(self) -> None:
        """Starts the server if it does not run."""
        if self._process is None:
            self.start()

    def remove(self) -> None:
        """Ends the server and deletes its files."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: sql.Composed) -> None:
        """Runs one statement outside every transaction, such as CREATE DATABASE."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template0") -> str:
        """Makes a database, an empty one or a copy of another that nobody is connected to, and returns its name."""
        name = f"test_{next(self._numbers)}"
        names = (sql.Identifier(name), sql.Identifier(template))
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return name

    def drop(self, name: str) -> None:
        """Deletes a database under whoever is connected to it."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @functools.cached_property
    def migrated(self) -> str:
        """A database with the newest schema, to copy."""
        name = self.create()
        engine = postgres_engine(self.url(name))
        migrate(engine)
        engine.dispose()
        return name

    def fresh(self) -> str:
        """The URL of a new database with the newest schema."""
        return self.url(self.create(self.migrated))


@functools.cache
def cluster() -> Cluster:
    """The one cluster of this run of the tests."""
    return Cluster()


def end() -> None:
    """Ends the cluster if it was started."""
    if cluster.cache_info().currsize:
        cluster().remove()
        cluster.cache_clear()


def binary(name: str) -> str:
    """The path of one of PostgreSQL's programs: Debian keeps them off the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), search_path()]))
    return found or unavailable(f"PostgreSQL's {name} is not installed")


def as_postgres(command: Sequence[object]) -> list[str]:
    """A command as it runs under another user than root, which PostgreSQL and pgbouncer refuse to serve."""
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    user = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--pdeathsig=INT"]
    return [shutil.which("setpriv") or unavailable("setpriv is not installed"), *user, *words]


def _ids() -> tuple[int, int]:
    entry = pwd.getpwnam(USER)
    return entry.pw_uid, entry.pw_gid
