"""A small ASGI application on the real server: `python -m tests.server.stub FOLDER HOST PORT WORKERS METHOD`."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from entrepot import telemetry
from entrepot.server import claimed, run
from entrepot.settings import Settings

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answers with the worker's pid and the length of the body, once all of it is there."""
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
        return
    structlog.get_logger().info("request", path=scope["path"], token="not for the log")
    if scope["path"] == "/broken":
        raise RuntimeError("broken on purpose")
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for number in range(64):
            await send({"type": "http.response.body", "body": bytes(2**20), "more_body": number < 63})
        structlog.get_logger().info("all sent")
        return
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{os.getpid()} {length}".encode()})


def build(settings: Settings, _folder: Path) -> Any:
    """As `app.build`; fails where the data folder says so."""
    if (settings.data / "fail").exists():
        raise RuntimeError("no start on purpose")
    return application


def main(folder: str, host: str, port: str, workers: str, method: str) -> None:
    multiprocessing.set_start_method(method)
    certificate = Path(folder, "cert.pem")
    settings = Settings(
        data=Path(folder),
        workers=int(workers),
        log_format="json",
        tls_cert=certificate if certificate.exists() else None,
        tls_key=certificate.with_name("key.pem") if certificate.exists() else None,
    )
    telemetry.configure(settings.log_level, settings.log_format)
    with claimed(host, int(port)) as endpoint:
        sys.stdout.write(f"{endpoint.port}\n")
        sys.stdout.flush()
        run(settings, endpoint, build)


if __name__ == "__main__":
    main(*sys.argv[1:])
