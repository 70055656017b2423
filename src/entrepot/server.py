"""Runs an ASGI application on Granian: takes the port, starts workers, and ends them in every way a server can end.

- SIGTERM or SIGINT: no new connections; requests in flight have `DRAIN_SECONDS` to finish.
- A worker that dies is replaced; one that dies again within seconds ends the server with exit code 1.
- A server that is killed takes its workers with it, so that nobody is left holding the port.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import structlog
from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels

from entrepot import telemetry
from entrepot.observing.exchange import shared_folder
from entrepot.settings import Settings

DRAIN_SECONDS = 60
BACKLOG = 1024
_OPEN_FILES = 65536
_PR_SET_PDEATHSIG = 1

AsgiApp = Callable[..., Any]
Build = Callable[[Settings, Path], AsgiApp]


class ServerError(Exception):
    """The server cannot start. `str(error)` is one line that says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A port that is ours: `address` is numeric, `port` never 0."""

    address: str
    port: int


@contextlib.contextmanager
def claimed(host: str, port: int) -> Generator[Endpoint]:
    """Holds the port against other servers while the context lasts; raises ServerError where it cannot be had.

    Granian's workers each listen with SO_REUSEPORT, and so would a second server's: the two would share the
    connections between them in silence. So the port is taken without that option first, and the socket, which never
    listens, is then opened to our own workers, and kept: whoever else comes to take the port fails.
    """
    with _bound(host, port) as held:
        address, bound_port = held.getsockname()[:2]
        if sys.platform == "linux":
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        else:
            # Other kernels do not let a socket change its mind: there the check is all there is.
            held.close()
        yield Endpoint(address, bound_port)


def run(settings: Settings, endpoint: Endpoint, build: Build) -> None:
    """Serves `build(settings, folder)`, called once in each worker, until a signal ends it.

    The folder is one that the workers share while the server runs. `build` is a module-level function, so that it can
    be sent to a worker that is not a fork. Raises ServerError, and SystemExit(1) after workers that kept dying.
    """
    _check_certificate(settings)
    _allow_many_files()
    server = Granian(
        "entrepot",
        address=endpoint.address,
        port=endpoint.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # Without TLS there is nobody who asks for HTTP/2 by name; with it, ALPN decides.
        http=HTTPModes.auto if settings.tls_cert else HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=BACKLOG,
        log_level=LogLevels.warning,
        log_dictconfig=telemetry.server_log_config(),
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    )
    # A partial of module-level functions: with Python 3.14 workers are spawned, and what they run is pickled.
    serve = cast("Callable[..., None]", server.serve)
    try:
        with shared_folder() as folder:
            serve(target_loader=partial(_load, build, settings, folder, os.getpid()), wrap_loader=False)
    except RuntimeError as error:
        # Granian's word for a socket that it cannot make, with a backtrace behind the first line.
        raise ServerError(f"cannot listen on port {endpoint.port}: {str(error).partition(chr(10))[0]}") from error


def _load(build: Build, settings: Settings, folder: Path, parent: int) -> AsgiApp:
    """What each worker begins with."""
    _end_with(parent)
    telemetry.configure(settings.log_level, settings.log_format)
    try:
        return build(settings, folder)
    except Exception:  # noqa: BLE001 -- the worker's outermost door: what went wrong belongs in the log
        structlog.get_logger().exception("worker cannot start")
        sys.exit(1)


def _end_with(parent: int) -> None:
    """Makes this worker end when the process `parent` does, however that ends.

    SIGKILL, because a worker whose server is gone would drain with nobody to cut it short; and what was acknowledged
    survives it by design.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _bound(host: str, port: int) -> socket.socket:
    family, address = _resolved(host, port)
    try:
        return _bind(family, address, reuse=False)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise ServerError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    try:
        # Perhaps it is only the last server's closed connections (TIME_WAIT) that are in the way.
        return _bind(family, address, reuse=True)
    except OSError as error:
        raise ServerError(f"port {port} on {host} is taken: another server listens there (see --port)") from error


def _bind(family: int, address: tuple[Any, ...], *, reuse: bool) -> socket.socket:
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        held.bind(address)
    except OSError:
        held.close()
        raise
    return held


def _resolved(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServerError(f"cannot listen on {host}: no such host") from error
    # Where a name has addresses of both families, clients try IPv4 as well, and not all of them IPv6.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, address


def _check_certificate(settings: Settings) -> None:
    """Raises ServerError where the certificate and the key cannot be read or do not belong together."""
    if settings.tls_cert is None or settings.tls_key is None:
        return
    for path in (settings.tls_cert, settings.tls_key):
        _check_readable(path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise ServerError(f"{settings.tls_cert} and {settings.tls_key} are no certificate and its key") from error


def _check_readable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise ServerError(f"{path}: {error.strerror}") from error


def _allow_many_files() -> None:
    # Every connection and every blob being read is an open file, and the usual soft limit is 1024.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
