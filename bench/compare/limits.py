"""What the machine itself can do: one core's SHA-256 and AES-GCM, the loopback interface, the disk. Bytes a second."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MIB = 1 << 20
TITLES: Mapping[str, str] = {
    "sha256": "SHA-256, one core",
    "aes_gcm": "AES-256-GCM, one core, frames of 1 MiB",
    "loopback": "loopback copy, one connection",
    "disk": "disk write without fsync",
    "disk_fsync": "disk write with fsync",
}


def limits(folder: Path, seconds: float = 1.0) -> dict[str, float]:
    """All of them; files are written in `folder`."""
    block, cipher, nonce = os.urandom(4 * _MIB), AESGCM(bytes(32)), bytes(12)
    frame = block[:_MIB]
    return {
        "sha256": _rate(lambda: hashlib.sha256(block).digest(), len(block), seconds),
        "aes_gcm": _rate(lambda: cipher.encrypt(nonce, frame, None), len(frame), seconds),
        "loopback": _loopback(frame, seconds),
        "disk": _disk(folder, block, seconds, sync=False),
        "disk_fsync": _disk(folder, block, seconds, sync=True),
    }


def _rate(act: Callable[[], object], size: int, seconds: float) -> float:
    act()
    count, began = 0, perf_counter()
    while (took := perf_counter() - began) < seconds:
        act()
        count += 1
    return count * size / took


def _loopback(block: bytes, seconds: float) -> float:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as one:
        other, _ = listening.accept()
        taker = threading.Thread(target=_drain, args=(other,))
        taker.start()
        rate = _rate(lambda: one.sendall(block), len(block), seconds)
        one.shutdown(socket.SHUT_WR)
        taker.join()
        return rate


def _drain(taken: socket.socket) -> None:
    buffer = bytearray(_MIB)
    with taken:
        while taken.recv_into(buffer):
            pass


def _disk(folder: Path, block: bytes, seconds: float, *, sync: bool) -> float:
    """Writes for so long and, with `sync`, until all of it is on the disk."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        count, began = 0, perf_counter()
        while perf_counter() - began < seconds:
            file.write(block)
            count += 1
        if sync:
            os.fsync(file.fileno())
        return count * len(block) / (perf_counter() - began)
