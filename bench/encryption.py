"""What a repository's encryption costs: pushes and pulls of a large layer, and pulls of manifests and small layers.

    .venv/bin/python -m bench.encryption [--mebibytes 256] [--rounds 7] [--requests 300] [--folder /var/tmp]

One server with one worker, and a repository of each encryption type, which take turns, so that whatever else the
machine does hits all of them. Figures are medians: MiB/s or milliseconds as the client sees them, and the processor
time that the server took for it, which other programs disturb less. The last lines are of the ciphers alone, a frame of
1 MiB at a time, in this process. Needs Linux.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from bench.memory import MEBIBYTE, hashed, noise
from entrepot.blobs.forms import DSSE, SEALED
from entrepot.blobs.frames import FRAME
from tests.support.images import tiny_image
from tests.support.oci import OCTETS, Oci
from tests.support.processes import tree
from tests.support.server import Server, start_server

KINDS = ("AES256", "KMS", "KMS_DSSE")
OBJECT = "0" * 32
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Taken:
    """Seconds by the clock and of the server's processors, a value for each round."""

    clock: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])


def processor_seconds(server: Server) -> float:
    """What all processes of the server have had so far (proc(5), utime and stime)."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in tree(server.program.pid))
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


class Bench:
    """A server, and a layer and an image in a repository of each type."""

    def __init__(self, server: Server, mebibytes: int, requests: int) -> None:
        self.server = server
        self.mebibytes = mebibytes
        self.requests = requests
        self.oci = Oci(server.url, server.password(), seconds=600)
        self.layers: dict[str, str] = {}
        self.image = tiny_image("bench")
        self._seeds = iter(range(1 << 30))
        for kind in KINDS:
            server.create_repository(kind.lower(), encryptionConfiguration={"encryptionType": kind})
            self.oci.push_image(kind.lower(), self.image, "small")
            self.push(kind)

    def push(self, kind: str) -> None:
        """A new layer, in one PATCH."""
        location, digest = self.oci.begin_upload(kind.lower()), hashlib.sha256()
        body = hashed(noise(self.mebibytes, next(self._seeds)), digest)
        self.oci.request("PATCH", location, headers=OCTETS, body=body).expect(202)
        self.layers[kind] = f"sha256:{digest.hexdigest()}"
        self.oci.finish_upload(location, self.layers[kind]).expect(201)

    def pull(self, kind: str) -> None:
        """The layer that was pushed last, thrown away as it comes."""
        buffer, count = bytearray(MEBIBYTE), 0
        with self.oci.stream("GET", f"/v2/{kind.lower()}/blobs/{self.layers[kind]}") as response:
            while got := response.readinto(buffer):
                count += got
        if count != self.mebibytes * MEBIBYTE:
            raise ValueError(f"{count} bytes of the layer came")

    def manifests(self, kind: str) -> None:
        """The same manifest over and over, on one connection."""
        self._many(f"/v2/{kind.lower()}/manifests/small")

    def small_layers(self, kind: str) -> None:
        """A layer of some hundred bytes over and over."""
        self._many(f"/v2/{kind.lower()}/blobs/{self.image.document['config']['digest']}")

    def _many(self, path: str) -> None:
        connection = self.oci.connect()
        for _ in range(self.requests):
            connection.request("GET", path, headers=self.oci.authorization())
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise ValueError(f"{path}: {answer.status}")
        connection.close()

    def measured(self, act: Callable[[str], None], rounds: int) -> dict[str, Taken]:
        """Every type in turn, `rounds` times, after one that does not count."""
        taken = {kind: Taken() for kind in KINDS}
        for turn in range(rounds + 1):
            for kind in KINDS:
                processor, clock = processor_seconds(self.server), time.monotonic()
                act(kind)
                if turn:
                    taken[kind].clock.append(time.monotonic() - clock)
                    taken[kind].processor.append(processor_seconds(self.server) - processor)
        return taken


def rows(bench: Bench, rounds: int) -> Iterator[str]:
    """The table."""
    yield f"| | {' | '.join(KINDS)} |"
    yield "|---|" + "---|" * len(KINDS)
    for name, act in ((f"push {bench.mebibytes} MiB", bench.push), ("pull it", bench.pull)):
        taken = bench.measured(act, rounds)
        gibibytes = bench.mebibytes / 1024
        yield row(f"{name}, MiB/s", [bench.mebibytes / statistics.median(taken[kind].clock) for kind in KINDS], 0)
        seconds = [statistics.median(taken[kind].processor) / gibibytes for kind in KINDS]
        yield row(f"{name}, processor s/GiB", seconds, 2)
    for name, act in (
        ("manifest", bench.manifests),
        (f"layer of {len(bench.image.blobs[0])} bytes", bench.small_layers),
    ):
        taken = bench.measured(act, rounds)
        for what, times in (("ms", "clock"), ("processor ms", "processor")):
            medians = [statistics.median(getattr(taken[kind], times)) for kind in KINDS]
            yield row(f"{name}, {what}", [each / bench.requests * 1000 for each in medians], 2)


def frames(count: int = 400) -> Iterator[str]:
    """Processor time for the two forms of a frame; KMS has that of AES256."""
    plain, taken = os.urandom(FRAME), dict[str, list[float]]()
    for _ in range(count):
        for form, cipher in (("sealed", SEALED.cipher(OBJECT, bytes(32))), ("dsse", DSSE.cipher(OBJECT, bytes(64)))):
            out = memoryview(bytearray(FRAME + DSSE.overhead))
            began = time.process_time_ns()
            stored = out[: cipher.seal_into(0, plain, out)]
            sealed = time.process_time_ns()
            cipher.open(0, stored)
            taken.setdefault(f"seal {form}", []).append((sealed - began) / 1e6)
            taken.setdefault(f"open {form}", []).append((time.process_time_ns() - sealed) / 1e6)
    for what in ("seal", "open"):
        once, twice = (statistics.median(taken[f"{what} {form}"]) for form in ("sealed", "dsse"))
        yield row(f"{what} a frame, processor ms", [once, once, twice], 2)


def row(name: str, figures: list[float], digits: int) -> str:
    """One line of the table."""
    return f"| {name} | {' | '.join(f'{figure:.{digits}f}' for figure in figures)} |"


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=256, help="size of the large layer (256)")
    parser.add_argument("--rounds", type=int, default=7, help="how often each thing is measured (7)")
    parser.add_argument("--requests", type=int, default=300, help="small requests in a round (300)")
    parser.add_argument("--folder", type=Path, help="where the data folder is made, and removed in the end")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        server = start_server(Path(folder, "data"), args=["--work", "false"])
        try:
            bench = Bench(server, arguments.mebibytes, arguments.requests)
            for line in chain(rows(bench, arguments.rounds), frames()):
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
