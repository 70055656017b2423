"""HEAD requests over and over on kept connections: one thread, one `epoll`, some 10 microseconds a request.

For wrk cannot: it waits for the bodies that answers to HEAD announce.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from time import perf_counter

from bench.clients import UnexpectedAnswer
from bench.compare.samples import centile
from bench.compare.wrk import Found

_END = b"\r\n\r\n"
_OK = b" 200 "
_STATUS = slice(8, 13)
_PIECE = 1 << 16
_TIMEOUT = 30


def ask(netloc: str, path: str, headers: Mapping[str, str], connections: int, seconds: float) -> Found:
    """Asks for so long; UnexpectedAnswer for any status but 200."""
    host, _, port = netloc.partition(":")
    lines = [f"HEAD {path} HTTP/1.1", f"Host: {netloc}", *(f"{name}: {value}" for name, value in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    made = [socket.create_connection((host, int(port or 80)), timeout=_TIMEOUT) for _ in range(connections)]
    try:
        return _drive({each.fileno(): each for each in made}, request, seconds)
    finally:
        for each in made:
            each.close()


def _drive(sockets: Mapping[int, socket.socket], request: bytes, seconds: float) -> Found:
    poll, took, now = select.epoll(), list[float](), perf_counter
    asked, held = dict[int, float](), dict[int, bytes]()
    began = now()
    for number, each in sockets.items():
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(number, select.EPOLLIN)
        asked[number] = now()
        each.sendall(request)
    end, moment = began + seconds, began
    while moment < end:
        events = poll.poll(_TIMEOUT)
        if not events:
            raise UnexpectedAnswer(f"no answer in {_TIMEOUT} s")
        for number, _ in events:
            answer = held.pop(number, b"") + sockets[number].recv(_PIECE)
            if not answer.endswith(_END):
                _require_more(answer)
                held[number] = answer
                continue
            if answer[_STATUS] != _OK:
                raise UnexpectedAnswer(f"HEAD: {answer[:200]!r}")
            moment = now()
            took.append(moment - asked[number])
            asked[number] = moment
            sockets[number].sendall(request)
    poll.close()
    return Found(len(took), len(took) / (moment - began), centile(took, 0.5), centile(took, 0.99))


def _require_more(answer: bytes) -> None:
    if not answer:
        raise UnexpectedAnswer("the connection was closed")
