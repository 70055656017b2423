"""A real Entrepot process on a free loopback port, with a data folder of its own."""

from __future__ import annotations

import base64
import configparser
import http.client
import os
import ssl
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.support import engines
from tests.support.processes import Program, free_port, memory, tree
from tests.support.tls import Certificate

READY_SECONDS = 120.0  # a busy machine takes its time; how long a start may take is tested elsewhere
COMMAND = Path(sys.executable).with_name("entrepot")


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key of IAM: what signs requests."""

    access_key_id: str
    secret_access_key: str


class Server:
    """A server that answers, at `url`; container clients put `host` in front of a repository's name."""

    def __init__(self, program: Program, data: Path, port: int, certificate: Certificate | None) -> None:
        self.program = program
        self.data = data
        self.port = port
        self.certificate = certificate
        self.host = f"localhost:{port}"
        self.url = f"{'https' if certificate else 'http'}://localhost:{port}"
        self.aws_config = data / "aws" / "config"
        self.log = program.log

    def ready(self) -> bool:
        """Whether /readyz answers 200."""
        context = ssl.create_default_context(cafile=str(self.certificate.ca)) if self.certificate else None
        connection = (
            http.client.HTTPSConnection("localhost", self.port, timeout=5, context=context)
            if context
            else http.client.HTTPConnection("localhost", self.port, timeout=5)
        )
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def profile(self) -> Mapping[str, str]:
        """The profile `entrepot` that the server wrote for its first principal."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.aws_config)
        return parser["profile entrepot"]

    @property
    def keys(self) -> Keys:
        """The first principal's access key."""
        profile = self.profile
        return Keys(profile["aws_access_key_id"], profile["aws_secret_access_key"])

    @property
    def region(self) -> str:
        return self.profile["region"]

    @property
    def aws_env(self) -> dict[str, str]:
        """What a shell exports so that `aws` and the SDKs use this server."""
        env = {"AWS_CONFIG_FILE": str(self.aws_config), "AWS_PROFILE": "entrepot", "AWS_EC2_METADATA_DISABLED": "true"}
        return env | ({"AWS_CA_BUNDLE": str(self.certificate.ca)} if self.certificate else {})

    def boto3(self, service: str = "ecr", *, region: str | None = None, keys: Keys | None = None) -> Any:
        """A boto3 client that sends every request once, so that an error is seen and not repeated away."""
        signer = keys or self.keys
        return boto3.Session().client(
            service,
            endpoint_url=self.url,
            region_name=region or self.region,
            aws_access_key_id=signer.access_key_id,
            aws_secret_access_key=signer.secret_access_key,
            verify=str(self.certificate.ca) if self.certificate else None,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120, max_pool_connections=64),
        )

    def password(self, *, region: str | None = None, keys: Keys | None = None) -> str:
        """A fresh password for the user AWS, by GetAuthorizationToken."""
        answer = self.boto3("ecr", region=region, keys=keys).get_authorization_token()
        token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode()
        user, _, password = token.partition(":")
        assert user == "AWS"
        return password

    def create_repository(self, name: str, **settings: Any) -> str:
        """Creates a repository and returns the reference that container clients use for it, without a tag."""
        self.boto3("ecr").create_repository(repositoryName=name, **settings)
        return f"{self.host}/{name}"

    def rss(self) -> dict[int, int]:
        """Bytes resident in memory at the moment, for each process of the server."""
        return {pid: memory(pid, "VmRSS") for pid in tree(self.program.pid)}

    def peak_rss(self) -> dict[int, int]:
        """The most bytes that were resident since the start or `reset_peak_rss`, for each process of the server."""
        return {pid: memory(pid, "VmHWM") for pid in tree(self.program.pid)}

    def reset_peak_rss(self) -> None:
        """Lets `peak_rss` count from now on (Linux: 5 to clear_refs)."""
        for pid in tree(self.program.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        """Ends the server however it can be ended; the data folder stays."""
        self.program.stop()

    def terminate(self) -> int:
        """SIGTERM, and the exit status."""
        return self.program.terminate()

    def kill_hard(self) -> None:
        """SIGKILL to every process of the server at once; the data folder stays."""
        self.program.kill_hard()


def start_server(
    data: Path,
    *,
    workers: int = 1,
    port: int | None = None,
    region: str | None = None,
    account: str | None = None,
    tls: Certificate | None = None,
    env: Mapping[str, str] | None = None,
    args: Sequence[str] = (),
) -> Server:
    """Starts `entrepot serve` on `data` (made if absent) and waits until it is ready. The log is beside the folder."""
    engines.provide(data)
    port = port or free_port()
    argv: list[str | Path] = [COMMAND, "serve", "--port", str(port), "--data", str(data), "--workers", str(workers)]
    argv += ["--region", region] if region else []
    argv += ["--account", account] if account else []
    argv += ["--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)] if tls else []
    program = Program([*argv, *args], log=data.with_name(f"{data.name}.log"), env=_environment(env or {}))
    server = Server(program, data, port, tls)
    try:
        program.wait_until(server.ready, READY_SECONDS)
    except AssertionError:
        server.stop()
        raise
    return server


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("ENTREPOT_", "AWS_"))}
    return {**own, **extra}
