"""SeaweedFS: a real store that speaks S3, started once a test run, on loopback addresses only."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.support.processes import Program, free_ports, require

READY_SECONDS = 120
ACCESS_KEY = "seaweed-access-key"
SECRET_KEY = "seaweed-secret-key"
REGION = "us-east-1"
_numbers = itertools.count(1)
_started: list[Path] = []


class Seaweed:
    """A store that answers at `url`."""

    def __init__(self, program: Program, port: int) -> None:
        self.program = program
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def env(self) -> dict[str, str]:
        """What a server or a client needs in its environment to sign requests."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def args(self) -> list[str]:
        """The flags that lead a server here."""
        return ["--s3-endpoint-url", self.url]

    def client(self) -> Any:
        """A boto3 client of the store."""
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION).client(
            "s3",
            endpoint_url=self.url,
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )

    def new_bucket(self) -> str:
        """The name of a bucket that no other test has."""
        name = f"bucket-{os.getpid()}-{next(_numbers)}"
        self.client().create_bucket(Bucket=name)
        return name

    def listens(self) -> bool:
        """Whether the S3 door answers at all."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def writable(self) -> bool:
        """Whether an object can be stored: the volume server joins after the door has opened."""
        if not self.listens():
            return False
        with contextlib.suppress(Exception):
            client = self.client()
            client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
            return True
        return False

    def stop(self) -> None:
        """SIGKILL: asked politely it takes its time."""
        self.program.kill_hard()


def start_seaweed(folder: Path) -> Seaweed:
    """Starts a store with its data in `folder` and waits until it takes objects."""
    weed = require("weed")
    folder.mkdir(parents=True, exist_ok=True)
    identities = folder / "s3.json"
    credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    tests = {"name": "tests", "credentials": credentials, "actions": actions}
    identities.write_text(json.dumps({"identities": [tests]}))
    names = list(_listeners())
    port, *others = free_ports(1 + len(names))
    argv = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer=true", "-s3"]
    argv += [f"-{name}={each}" for name, each in zip(names, others, strict=True)]
    argv += [f"-s3.port={port}", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={identities}"]
    argv += ["-volume.max=0", "-volume.preStopSeconds=0", "-master.volumeSizeLimitMB=64", "-master.telemetry=false"]
    env = {**os.environ, "WEED_S3_SSE_KEY": "any-secret", "HOME": str(folder)}
    program = Program(argv, log=folder / "weed.log", env=env, cwd=folder)
    store = Seaweed(program, port)
    try:
        program.wait_until(store.writable, READY_SECONDS)
    except AssertionError:
        store.stop()
        raise
    return store


def _listeners() -> Iterator[str]:
    for part in ("master", "volume", "filer"):
        yield f"{part}.port"
        yield f"{part}.port.grpc"
    yield "s3.port.grpc"


@cache
def seaweed() -> Seaweed:
    """The one store of a test run, started at its first use."""
    folder = Path(tempfile.mkdtemp(prefix="entrepot-seaweed-"))
    _started.append(folder)
    return start_seaweed(folder)


@cache
def bucket() -> str:
    """A bucket for tests that keep apart by their prefixes."""
    return seaweed().new_bucket()


def end() -> None:
    """Ends the store of the test run, if there is one."""
    for folder in _started:
        seaweed().stop()
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
