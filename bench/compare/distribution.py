"""CNCF distribution in its fastest set-up: a folder, blob descriptors cached in memory, no users, no access log."""

from __future__ import annotations

import http.client
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bench.compare.contestants import Contestant, Kind
from bench.content import Content
from bench.servers import Backends
from tests.support.processes import Program, free_port

NAME = "distribution"
PROGRAM = "docker-registry"
_READY_SECONDS = 30.0


def installed() -> bool:
    """Whether Debian's `docker-registry` is."""
    return shutil.which(PROGRAM) is not None


def settings(root: Path, port: int) -> str:
    """Its configuration file: YAML, of which JSON is a part."""
    return json.dumps(
        {
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(root)},
                "cache": {"blobdescriptor": "inmemory"},
                "delete": {"enabled": True},
            },
            "http": {"addr": f"127.0.0.1:{port}", "relativeurls": True},
        }
    )


@contextmanager
def _start(behind: Backends, content: Content) -> Iterator[Contestant]:
    folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=behind.folder))
    try:
        with _serving(folder, Contestant(NAME, KIND.title, "", content)) as made:
            made.again = lambda: _serving(folder, made)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(folder: Path, contestant: Contestant) -> Iterator[Contestant]:
    port = free_port()
    (file := folder / f"{port}.json").write_text(settings(folder / "data", port))
    began = perf_counter()
    program = Program([PROGRAM, "serve", file], log=folder / f"{port}.log")
    try:
        program.wait_until(lambda: _answers(port), _READY_SECONDS)
        took = perf_counter() - began
        made = replace(contestant, netloc=f"127.0.0.1:{port}", own=(program.pid,), started=took, again=None)
        made.folder, made.config = folder / "data", file
        yield made
    finally:
        program.stop()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


KIND = Kind(NAME, "distribution", _start)
