"""How fast `entrepot verify` reads a folder store back: large blobs, and many small ones.

    .venv/bin/python -m bench.verify [--large 16] [--small 20000]

Blobs go in without HTTP; the figures are those that the command prints, of its second run (a warm page cache) for large
blobs, and of one that dropped the cache of its files before.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from entrepot import app as composition
from entrepot.context import Context, Principal, Registry, RepositoryRef
from entrepot.rules.mutability import TagMutability
from entrepot.services import repositories, uploads
from entrepot.settings_sources import from_flags

MIB = 1 << 20
LARGE = 256
SMALL = 4096
_NOISE = os.urandom(MIB)
_REGISTRY = Registry("123456789012", "us-east-1")
_ROOT = Principal("arn:aws:iam::123456789012:root", "123456789012", "123456789012", "AKIAEXAMPLE")


async def _fill(data: Path, count: int, size: int) -> None:
    settings, _ = from_flags({"data": str(data)}, {})
    async with composition.opened(settings) as app:
        ctx = Context(_ROOT, _REGISTRY, "bench", app.clock())
        repo = RepositoryRef(_REGISTRY, "bench")
        await repositories.create(app, ctx, repo, TagMutability("MUTABLE"), [])
        for number in range(count):
            hasher = hashlib.sha256()
            for piece in _pieces(number, size):
                hasher.update(piece)
            await uploads.put_whole(app, ctx, repo, f"sha256:{hasher.hexdigest()}", _body(number, size))


def _pieces(number: int, size: int) -> Iterator[bytes]:
    """The content of a blob, which no other has; little of it is in memory at a time."""
    for index in range(max(1, size // MIB)):
        yield number.to_bytes(8) + index.to_bytes(8) + _NOISE[: min(size, MIB) - 16]


async def _body(number: int, size: int) -> AsyncIterator[bytes]:
    for piece in _pieces(number, size):
        yield piece


def _verify(data: Path) -> str:
    command = [str(Path(sys.executable).with_name("entrepot")), "verify", "--json", "--rate", "0", "--data", str(data)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    read = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["read"]  # noqa: S603 - our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate, seconds, blobs = read["bytesPerSecond"] / MIB, read["seconds"], read["blobs"]
    return (
        f"{blobs} blobs, {read['bytes'] / MIB:.0f} MiB in {seconds:.1f} s: {rate:.0f} MiB/s, "
        f"{blobs / seconds:.0f} blobs/s, {cpu:.1f} s of processor, {after.ru_maxrss / 1024:.0f} MiB at most"
    )


def _forget(data: Path) -> None:
    """Drops the files of the store from the page cache."""
    for path in (data / "blobs").rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def main() -> None:
    """Fills two deployments and reads each back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--large", type=int, default=16)
    parser.add_argument("--small", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, count, size in (("large", arguments.large, LARGE * MIB), ("small", arguments.small, SMALL)):
            data = Path(folder, name)
            settings, _ = from_flags({"data": str(data)}, {})
            composition.prepare(settings)
            asyncio.run(_fill(data, count, size))
            _forget(data)
            sys.stdout.write(f"{name}, cold: {_verify(data)}\n")
            sys.stdout.write(f"{name}, warm: {_verify(data)}\n")


if __name__ == "__main__":
    main()
