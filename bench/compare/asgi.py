"""Drives Entrepot's application in this process, without a server: so many GETs of one manifest, by tag.

    .venv/bin/python -m bench.compare.asgi DATA COUNT LOGIN

What `bench.compare.instructions` counts the instructions of. LOGIN is the value of the Authorization header.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bench.compare.contestants import REPOSITORY
from bench.content import MANIFEST
from entrepot import app as composition
from entrepot import telemetry
from entrepot.fronts.root import Root
from entrepot.settings_sources import from_flags

TAG = "small"


async def drive(data: str, count: int, login: str) -> None:
    """AssertionError where an answer is not 200."""
    settings, _ = from_flags({"data": data, "work": "false"}, {})
    path = f"/v2/{REPOSITORY}/manifests/{TAG}"
    headers = [(b"host", b"127.0.0.1"), (b"authorization", login.encode()), (b"accept", MANIFEST.encode())]
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "root_path": "", "scheme": "http", "headers": headers}
    scope |= {"client": ("127.0.0.1", 40_000), "server": ("127.0.0.1", 3277), "asgi": {"version": "3.0"}}
    async with composition.running(settings) as app:
        root, statuses = Root(lambda: composition.running(settings)), list[int]()
        root._app = app  # noqa: SLF001 - as its lifespan does

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        for _ in range(count):
            await root({**scope, "headers": list(headers)}, receive, send)
    if statuses != [200] * count:
        raise AssertionError(f"answers: {sorted(set(statuses))}")


if __name__ == "__main__":
    telemetry.configure("error", "json")
    asyncio.run(drive(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
