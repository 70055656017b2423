"""Deployments whose master key is somewhere, the outside KMS, and the commands that rotate keys."""

from __future__ import annotations

import asyncio
import io
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from entrepot import app as root
from entrepot import cli, telemetry
from entrepot.errors import KeyUnavailable
from entrepot.settings import Settings
from entrepot.settings_sources import from_flags
from tests.faults.commands import snapshot
from tests.support.engines import database_of
from tests.support.processes import Program
from tests.support.server import COMMAND, Server
from tests.support.stored import Stored

SECONDS = 300
HEX = 64


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ran to its end."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A KMS: another Entrepot, with nothing but keys in it."""

    server: Server

    @property
    def env(self) -> dict[str, str]:
        """What a process has in its environment that may use all keys."""
        keys = self.server.keys
        return {
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_REGION": self.server.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def key(self) -> str:
        """The ARN of a new key."""
        return str(self.server.boto3("kms").create_key()["KeyMetadata"]["Arn"])

    def settings(self, key: str, url: str = "") -> dict[str, str]:
        """What a deployment is told whose master key is that one."""
        return {"ENTREPOT_MASTER_KEY": f"kms:{key}", **self.endpoint(url)}

    def endpoint(self, url: str = "") -> dict[str, str]:
        """Where a deployment finds it."""
        return {"ENTREPOT_MASTER_KEY_ENDPOINT_URL": url or self.server.url, **self.env}


@dataclass(slots=True)
class Deployed:
    """A data folder, and the environment that its processes have."""

    data: Path
    env: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def key_file(self) -> Path:
        return self.data / "master.key"

    def lines(self) -> list[str]:
        """The keys in the file."""
        return self.key_file.read_text().split()

    @contextmanager
    def told(self) -> Iterator[pytest.MonkeyPatch]:
        """This process has the environment too."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            yield patch

    def does(self, *words: str) -> str:
        """As `command`, which is to be done."""
        done = self.command(*words)
        assert done.code == 0, done
        return done.output

    def command(self, *words: str) -> Ended:
        """Does what `entrepot master-key ...` does, without the second that a process takes to start."""
        output, errors = io.StringIO(), io.StringIO()
        with self.told() as patch, redirect_stdout(output), redirect_stderr(errors):
            patch.setattr(telemetry, "configure", lambda *_: None)
            try:
                code = cli.main(["master-key", *words, "--data", str(self.data)])
            except SystemExit as ended:
                code = int(str(ended.code))
        return Ended(code, output.getvalue(), errors.getvalue())

    def process(self, *words: str) -> Ended:
        """Runs `entrepot master-key ...` to its end."""
        argv = [COMMAND, "master-key", *words, "--data", str(self.data)]
        done = subprocess.run(
            argv, env=environment(self.env), capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: str) -> Program:
        """Starts a command and leaves it running."""
        log = self.data.with_name(f"{self.data.name}-command.log")
        return Program([COMMAND, "master-key", *words, "--data", self.data], log=log, env=environment(self.env))

    def refused(self) -> str:
        """Why a server would not start, or a worker; what changes nothing."""
        before, said = snapshot(self.data), set[str]()
        with self.told():
            for start in (root.prepare, root.require_deployment):
                with pytest.raises(KeyUnavailable) as caught:
                    start(self.settings())
                said.add(str(caught.value))
                assert snapshot(self.data) == before
        (line,) = said
        assert "\n" not in line
        return line

    def names(self) -> list[str]:
        """The master keys that wrap something."""
        return Stored(self.data).rows(
            "SELECT DISTINCT master_key FROM data_keys WHERE kms_key_id IS NULL ORDER BY master_key"
        )

    def execute(self, statement: str) -> None:
        """Changes rows."""
        if url := database_of(self.data):
            with psycopg.connect(url) as connection:
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.data / "entrepot.db", timeout=30)) as connection, connection:
            connection.execute(statement)

    def fill(self, count: int) -> dict[int, bytes]:
        """Makes data keys; their material by their ids."""
        with self.told():
            return asyncio.run(self._fill(count))

    def materials(self) -> dict[int, bytes]:
        """What a fresh process unwraps of all data keys that a master key wraps."""
        with self.told():
            return asyncio.run(self._materials())

    async def _fill(self, count: int) -> dict[int, bytes]:
        made: dict[int, bytes] = {}
        async with root.opened(self.settings()) as app:
            for number in range(count):
                key = await app.keyring.for_scope(f"registry/123456789012/filled-{number}")
                made[key.key_id] = key.material
        return made

    async def _materials(self) -> dict[int, bytes]:
        ids = Stored(self.data).rows(
            "SELECT id FROM data_keys WHERE kms_key_id IS NULL AND substr(scope, 1, 4) <> 'kms/'"
        )
        async with root.opened(self.settings()) as app:
            return {key_id: (await app.keyring.by_id(key_id)).material for key_id in ids}

    def settings(self) -> Settings:
        """What its processes are told."""
        own = {name: value for name, value in self.env.items() if name.startswith("ENTREPOT_")}
        return from_flags({"data": str(self.data)}, own)[0]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that knows nothing but what it is told."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    return {**own, **extra}


def new_key() -> str:
    """A key for a variable."""
    return os.urandom(HEX // 2).hex()
