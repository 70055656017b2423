"""Clients that cost little: HTTP/1.1 on connections that are kept, by hand, and a driver of many at once.

A client of this kind takes some 50 microseconds of processor time for a small request, and bodies are never copied. It
knows nothing of who it talks to, except how a registry sends it elsewhere.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit

PIECE = 1 << 20
TIMEOUT = 300
_HEAD_END = b"\r\n\r\n"

Body = Sequence[bytes | memoryview]


class UnexpectedAnswer(Exception):
    """An answer that a measurement cannot go on with."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: header names in lower case; `body` is empty where it was counted (`length`) and not kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    length: int


@dataclass(slots=True)
class Traffic:
    """Requests sent, and bytes on the wire as this end sees them, heads included."""

    requests: int = 0
    sent: int = 0
    received: int = 0

    def add(self, other: Traffic) -> None:
        """Adds another count to this one."""
        self.requests += other.requests
        self.sent += other.sent
        self.received += other.received


class Connection:
    """One connection to one host, opened at once and kept."""

    def __init__(self, netloc: str) -> None:
        host, _, port = netloc.partition(":")
        self.netloc, self.traffic = netloc, Traffic()
        self._socket = socket.create_connection((host, int(port or 80)), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(PIECE)
        self._left: bytes = b""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Body = (), *, keep: bool = True) -> Answer:
        """Sends a request and reads its answer to the end; without `keep` the answer's body is thrown away."""
        length = sum(map(len, body))
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.netloc}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode()
        small = length < PIECE
        self._socket.sendall(head + b"".join(body) if small else head)
        for piece in () if small else body:
            self._socket.sendall(piece)
        self.traffic.requests += 1
        self.traffic.sent += len(head) + length
        return self._answer(method, keep=keep)

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()

    def _answer(self, method: str, *, keep: bool) -> Answer:
        status, headers = self._head()
        if method == "HEAD" or status in {204, 304}:
            return Answer(status, headers, b"", 0)
        kept: list[bytes] = []
        length = 0
        for piece in self._chunks() if headers.get("transfer-encoding") == "chunked" else self._exactly(headers):
            length += len(piece)
            if keep:
                kept.append(bytes(piece))
        return Answer(status, headers, b"".join(kept), length)

    def _head(self) -> tuple[int, dict[str, str]]:
        data = self._left
        while (end := data.find(_HEAD_END)) < 0:
            data += self._receive()
        self._left = data[end + len(_HEAD_END) :]
        first, *lines = data[:end].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}

    def _exactly(self, headers: Mapping[str, str]) -> Iterator[bytes | memoryview]:
        missing = int(headers["content-length"])
        first, self._left = self._left[:missing], self._left[missing:]
        missing -= len(first)
        yield first
        while missing:
            piece = self._receive(missing)
            missing -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while True:
            while b"\r\n" not in self._left:
                self._left += self._receive()
            size, _, self._left = self._left.partition(b"\r\n")
            length = int(size.partition(b";")[0], 16)
            while len(self._left) < length + 2:
                self._left += self._receive()
            chunk, self._left = self._left[:length], self._left[length + 2 :]
            if not length:
                return
            yield chunk

    def _receive(self, most: int = PIECE) -> memoryview:
        """Whatever has come. The view is good until the next call."""
        count = self._socket.recv_into(self._buffer, min(most, PIECE))
        if not count:
            raise UnexpectedAnswer(f"{self.netloc} closed the connection")
        self.traffic.received += count
        return memoryview(self._buffer)[:count]


class Client:
    """One user of a registry: a connection to it, and to wherever it sends its clients. `headers` go to the first."""

    def __init__(self, netloc: str, headers: Mapping[str, str]) -> None:
        self.headers = dict(headers)
        self._home = Connection(netloc)
        self._others: dict[str, Connection] = {}

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Body = (),
        *,
        expect: int,
        keep: bool = True,
    ) -> Answer:
        """One request to the registry; raises UnexpectedAnswer unless it is answered with the status `expect`."""
        answer = self._home.ask(method, path, self.headers | dict(headers or {}), body, keep=keep)
        if answer.status != expect:
            raise UnexpectedAnswer(f"{method} {path}: {answer.status}, not {expect}: {answer.body[:500]!r}")
        return answer

    def download(self, path: str) -> int:
        """GET of bytes that are counted and thrown away, from wherever the registry says."""
        answer = self._home.ask("GET", path, self.headers, keep=False)
        if answer.status in {302, 307}:
            url = urlsplit(answer.headers["location"])
            there = self._others.get(url.netloc) or self._others.setdefault(url.netloc, Connection(url.netloc))
            answer = there.ask("GET", url._replace(scheme="", netloc="").geturl(), {}, keep=False)
        if answer.status != 200:  # noqa: PLR2004 - the one good answer
            raise UnexpectedAnswer(f"GET {path}: {answer.status}")
        return answer.length

    def unsigned(self, method: str, path: str, headers: Mapping[str, str], body: Body = ()) -> Answer:
        """A request with none of this client's own headers."""
        return self._home.ask(method, path, headers, body)

    @property
    def traffic(self) -> Traffic:
        """With the registry alone."""
        return self._home.traffic

    def close(self) -> None:
        """Ends all connections."""
        for connection in (self._home, *self._others.values()):
            connection.close()


Act = Callable[[Client, int], object]


@dataclass(slots=True)
class Driven:
    """What became of a number of acts: seconds for each, seconds for all, and what went over the wire."""

    seconds: list[float] = field(default_factory=list[float])
    wall: float = 0.0
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def milliseconds(self) -> float:
        """The median of one act."""
        return 1000 * median(self.seconds)

    @property
    def rate(self) -> float:
        """Acts in a second."""
        return len(self.seconds) / self.wall


def drive(connect: Callable[[], Client], act: Act, numbers: range, at_once: int) -> Driven:
    """Acts once for each number, `at_once` of them at a time, each client on connections of its own."""
    if not numbers:
        return Driven()
    driven, lock, waiting = Driven(), threading.Lock(), iter(numbers)

    def run(client: Client) -> None:
        took: list[float] = []
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                break
            began = time.perf_counter()
            act(client, number)
            took.append(time.perf_counter() - began)
        with lock:
            driven.seconds += took
            driven.traffic.add(client.traffic)

    with ExitStack() as opened, ThreadPoolExecutor(at_once) as threads:
        clients = [opened.enter_context(closing(connect())) for _ in range(at_once)]
        began = time.perf_counter()
        list(threads.map(run, clients))
        driven.wall = time.perf_counter() - began
    return driven
