"""How long a backup, one with nothing new, a look at all of it, a restore and a check take.

    .venv/bin/python -m bench.backup FOLDER [OBJECTS] [KIBIBYTES]

The deployment is made in FOLDER by the services themselves; what is measured are the commands, from start to end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from entrepot import app as composition
from entrepot.context import App, Context, Principal, Registry, RepositoryRef
from entrepot.rules.digests import digest_of
from entrepot.rules.mutability import TagMutability
from entrepot.services import repositories, uploads
from entrepot.settings_sources import from_flags

ACCOUNT = "123456789012"
REPOSITORY = RepositoryRef(Registry(ACCOUNT, "us-east-1"), "bench")
COMMAND = Path(sys.executable).with_name("entrepot")
AT_ONCE = 8


async def fill(app: App, count: int, size: int) -> None:
    """Layers of random bytes, as pushes leave them."""
    root = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, "")
    ctx = Context(root, REPOSITORY.registry, "bench", app.clock())
    await repositories.create(app, ctx, REPOSITORY, TagMutability("MUTABLE"), [])
    turns = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with turns:
            data = os.urandom(size)
            await uploads.put_whole(app, ctx, REPOSITORY, digest_of(data), body(data))

    await asyncio.gather(*(one() for _ in range(count)))


async def body(data: bytes) -> AsyncIterator[bytes]:
    """A body that comes at once."""
    yield data


def timed(name: str, size: int, *words: object) -> None:
    """Runs a command and prints how long it took."""
    began = time.monotonic()
    argv = [COMMAND, *map(str, words)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    seconds = time.monotonic() - began
    sys.stdout.write(f"{name:<22} {seconds:7.1f} s  {size / seconds / 2**20:7.0f} MiB/s\n")


def main(folder: str, objects: str = "10000", kibibytes: str = "256") -> None:
    """Fills and measures."""
    root, count, size = Path(folder), int(objects), int(kibibytes) * 1024
    settings, _ = from_flags({"data": str(root / "data")}, {})
    composition.prepare(settings)

    async def work() -> None:
        async with composition.opened(settings) as app:
            await fill(app, count, size)

    asyncio.run(work())
    data, backups, new = root / "data", root / "backups", root / "new"
    total = count * size
    timed("backup", total, "backup", backups, "--data", data)
    timed("backup, nothing new", total, "backup", backups, "--data", data)
    timed("backup verify", total, "backup", "verify", backups, "--data", data, "--snapshot", newest(backups))
    timed("restore", total, "restore", backups, "--data", new, "--key-file", data / "master.key")
    timed("restore --check", total, "restore", "--check", "--data", new)
    shutil.rmtree(new)


def newest(backups: Path) -> str:
    """The name of the newest snapshot."""
    return max(path.name for path in (backups / "snapshots").iterdir())


if __name__ == "__main__":
    main(*sys.argv[1:])
