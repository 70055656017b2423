"""How the workers of one server come to one set of figures: each leaves its own in a folder that they share.

Whoever is asked adds them up. What a worker says of itself it has written down before, and the figures of workers that
ended stay, so that no counter goes down between two scrapes, whoever answers and whoever died in between.

    FOLDER/server          locked while the server runs
    FOLDER/3f2a.alive      locked while that worker runs
    FOLDER/3f2a.figures    what it has counted
    FOLDER/ended.figures   what those counted that are gone, put together whenever a worker starts
    FOLDER/state.counted   figures of the whole deployment (see `counted`)
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from entrepot.observing.families import Family, Part, merged

PREFIX = "entrepot-"
_ENDED = "ended.figures"
_FAMILIES = msgspec.json.Decoder(list[Family])

log = structlog.get_logger()


@contextmanager
def shared_folder() -> Generator[Path]:
    """A private folder for the workers of one server, removed at its end, with what servers left that were killed.

    In memory where the machine has such a place: figures are wanted most when a disk is full.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder with a new name that is ours alone
    parent = memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    for left in parent.glob(f"{PREFIX}*/server"):
        with suppress(OSError), open_lock(left) as free:
            if free:
                shutil.rmtree(left.parent, ignore_errors=True)
    folder, owner = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)), os.getpid()
    try:
        with open_lock(folder / "server"):
            yield folder
    finally:
        if os.getpid() == owner:  # and not a fork, which ends in here too
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_lock(path: Path, how: int = fcntl.LOCK_EX) -> Generator[bool]:
    """Tries to take the lock of a file, made where it is missing, and says whether it was free. Waits for nobody."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


class Exchange:
    """One worker's part in it. Without a `folder` it is the only one."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._name = secrets.token_hex(8)
        self._told = False
        if folder:
            self._alive = os.open(folder / f"{self._name}.alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._alive, fcntl.LOCK_EX)
            _put_ended_together(folder)

    def put(self, families: Iterable[Family]) -> None:
        """Writes down what this worker has counted. A disk that takes it not costs nobody an answer."""
        if self.folder is None:
            return
        try:
            write_whole(self.folder / f"{self._name}.figures", msgspec.json.encode(list(families)))
        except OSError as error:
            if not self._told:
                log.warning("figures cannot be shared between workers", reason=error.strerror)
            self._told = True

    def parts(self, own: list[Family]) -> list[Part]:
        """What every worker of the server has written down, and `own` for this one."""
        return [Part(own), *(_others(self.folder, self._name) if self.folder else ())]


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file in one step, so that whoever reads it finds one whole content or another."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.write_bytes(content)
    fresh.replace(path)


def _others(folder: Path, name: str) -> list[Part]:
    with _folder_lock(folder, fcntl.LOCK_SH):
        found: list[Part] = []
        for path in folder.glob("*.figures"):
            if path.stem != name:
                # Asked first: one that ends in between counts as living once more, which is what it was.
                living = path.name != _ENDED and _lives(path)
                found.append(Part(_FAMILIES.decode(path.read_bytes()), living))
        return found


def _put_ended_together(folder: Path) -> None:
    with _folder_lock(folder, fcntl.LOCK_EX):
        ended = [path for path in folder.glob("*.figures") if path.name == _ENDED or not _lives(path)]
        if len(ended) > 1:
            parts = [Part(_FAMILIES.decode(path.read_bytes()), living=False) for path in ended]
            write_whole(folder / _ENDED, msgspec.json.encode(merged(parts)))
            for path in ended:
                if path.name != _ENDED:
                    path.unlink()
                    path.with_suffix(".alive").unlink(missing_ok=True)


def _lives(figures: Path) -> bool:
    # A shared lock, so that two that ask at once do not take each other for the worker.
    with open_lock(figures.with_suffix(".alive"), fcntl.LOCK_SH) as free:
        return not free


@contextmanager
def _folder_lock(folder: Path, how: int) -> Generator[None]:
    """Held, for moments, to read all figures (shared) or to put some of them together (alone)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
