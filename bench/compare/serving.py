"""Lines of a server as a process: how soon it answers, and how much memory it takes for what it does."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial

from bench import pushing
from bench.clients import drive
from bench.compare.contestants import Contestant
from bench.compare.samples import MEMORY, SECONDS, Sample
from bench.compare.transfers import GIB, MIB, there
from bench.compare.turns import Effort, Workload
from bench.memory import sip
from bench.processes import reset_peaks, resident, shared_out, usage

READERS = 64
SLOW_BYTES = 64 << 10
SLOW_SECONDS = 10
SLOW_LAYER = 256 * MIB
LARGE, SMALL = 5 * GIB, 64 * MIB

Use = Callable[[Contestant], object]


def starts() -> Iterator[Workload]:
    """From the start of the process on data that are there to the first answer, to within 20 ms."""
    yield Workload("start", "start to first answer", SECONDS, _start, heavy=True)


def memory() -> Iterator[Workload]:
    """A process just started for each turn. Of all its processes together, but for lines that say otherwise."""
    yield _line("memory_idle", "memory of the largest process, idle", lambda _: None, _largest)
    yield _line("memory_upload", "the same, upload of 64 MiB", partial(_upload, SMALL), _largest)
    yield _line("memory_large_upload", "the same, upload of 5 GiB", partial(_upload, LARGE), _largest)
    yield _line("memory_all_idle", "memory of all processes, idle", lambda _: None, _all)
    yield _line("memory_pulls", f"the same, {READERS} pulls of 10 MiB at once", _pull, _all, 10 * MIB)
    yield _line("memory_slow", f"the same, {READERS} readers of 64 KiB/s", _read_slowly, _all, SLOW_LAYER)


def _start(it: Contestant, _effort: Effort) -> Sample:
    with it.once_more() as fresh:
        return Sample(fresh.started, server=usage(fresh.own).seconds)


def _line(name: str, title: str, use: Use, what: Callable[[Contestant], int], size: int = 0) -> Workload:
    def run(it: Contestant, _effort: Effort) -> Sample:
        with it.once_more() as fresh:
            reset_peaks(fresh.own)
            use(fresh)
            return Sample(what(fresh) / MIB)

    return Workload(name, title, MEMORY, run, partial(there, size) if size else lambda _: None, heavy=True)


def _largest(it: Contestant) -> int:
    """The peak of the process that has the highest."""
    return max(resident(it.own, "VmHWM"))


def _all(it: Contestant) -> int:
    """The sum of the peaks, less what processes share, as it is now."""
    shared = sum(resident(it.own)) - shared_out(it.own)
    return sum(resident(it.own, "VmHWM")) - shared


def _upload(size: int, it: Contestant) -> None:
    with closing(it.connect()) as client:
        pushing.in_three(client, it.repository, it.content.blob(size))


def _pull(it: Contestant) -> None:
    path = f"{it.path}/blobs/{there(10 * MIB, it).digest}"
    drive(it.connect, lambda client, _: client.download(path), range(READERS), READERS)


def _read_slowly(it: Contestant) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(closing(_slow_line(it))) for _ in range(READERS)]
        sip(lines, SLOW_SECONDS, SLOW_BYTES)


def _slow_line(it: Contestant) -> socket.socket:
    """A connection on which a layer was asked for, with a small window, so that the kernel holds little of it."""
    host, _, port = it.netloc.partition(":")
    line = socket.socket()
    line.settimeout(60)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_BYTES)
    line.connect((host, int(port)))
    headers = {"Host": it.netloc, **it.headers}
    lines = [f"GET {it.path}/blobs/{there(SLOW_LAYER, it).digest} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    line.sendall("\r\n".join([*lines, "", ""]).encode())
    return line
