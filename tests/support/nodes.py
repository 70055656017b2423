"""A deployment as on several hosts: nodes that share one PostgreSQL database, one bucket and the master key's content.

Each node has a data folder of its own, into which an operator has copied `master.key` and written `entrepot.toml`.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.balancer import Balancer
from tests.support.oci import Oci
from tests.support.processes import Program
from tests.support.seaweed import Seaweed, bucket, seaweed
from tests.support.server import COMMAND, Server, start_server

MASTER_KEY = os.urandom(32).hex() + "\n"
_corners = itertools.count(1)


class Deployment:
    """What the nodes share, a balancer in front of those that run, and another one between them and the store."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.store: Seaweed = seaweed()
        self.store_line = Balancer([self.store.port])
        self.balancer = Balancer()
        self.servers: list[Server] = []
        self.programs: list[Program] = []
        self.settings = {
            "database": database,
            "blobs": f"s3://{bucket()}/nodes-{next(_corners)}",
            "s3_endpoint_url": f"http://127.0.0.1:{self.store_line.port}",
            "s3_path_style": True,
            "s3_timeout": 1,
            "hostname": self.balancer.host,
        }

    def host(self, name: str, *, key: str | None = MASTER_KEY, **settings: object) -> Path:
        """The data folder of another host; without a `key` nobody has copied one."""
        data = self.folder / name
        data.mkdir(mode=0o700)
        lines = (f"{name} = {_toml(value)}\n" for name, value in {**self.settings, **settings}.items())
        (data / "entrepot.toml").write_text("".join(lines))
        if key is not None:
            (data / "master.key").write_text(key)
            (data / "master.key").chmod(0o600)
        return data

    def start(self, data: Path, *, args: Sequence[str] = ()) -> Server:
        """Starts a node, the first time or again, and puts it behind the balancer."""
        server = start_server(data, env=self.store.env, args=args)
        self.servers.append(server)
        self.balancer.add(server.port)
        return server

    def start_many(self, *folders: Path, args: Sequence[str] = ()) -> list[Server]:
        """Starts nodes at the same time."""
        with ThreadPoolExecutor(len(folders)) as threads:
            return list(threads.map(lambda data: self.start(data, args=args), folders))

    def work(self, data: Path) -> Program:
        """Starts a worker and waits until it says that it works."""
        log = data.with_name(f"{data.name}.log")
        program = Program([COMMAND, "worker", "--data", data], log=log, env={**os.environ, **self.store.env})
        self.programs.append(program)
        program.wait_until(lambda: "works on the data" in program.log_text(), 30)
        return program

    def kill(self, server: Server) -> None:
        """SIGKILL, as a host that loses its power; the balancer finds out by itself."""
        server.kill_hard()
        self.servers.remove(server)

    def forget(self, server: Server) -> None:
        """No connections go any more where a killed node was."""
        self.balancer.remove(server.port)

    @cached_property
    def ecr(self) -> Any:
        """A boto3 client of the first node; to make one takes longer than what it is asked."""
        return self.servers[0].boto3()

    @cached_property
    def password(self) -> str:
        """What clients of every node log in with."""
        return self.servers[0].password()

    def oci(self, server: Server | None = None, *, seconds: float = 60) -> Oci:
        """A raw client of one node, or of the balancer."""
        return Oci(server.url if server else self.balancer.url, self.password, seconds=seconds)

    def logs(self) -> str:
        """What all processes have written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """Ends everything and deletes the folders."""
        self.balancer.close()
        self.store_line.close()
        for program in (*self.programs, *(server.program for server in self.servers)):
            program.kill_hard()
        shutil.rmtree(self.folder, ignore_errors=True)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'
