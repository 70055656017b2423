"""Locks are files, and do not outlive who holds them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from entrepot.blobs import folder_locks
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.folder_locks import LEFT_SECONDS
from entrepot.errors import UploadBusy

NAME = "a" * 32

HOLDER = """
import sys
from pathlib import Path
from entrepot.blobs.folder import FolderStore
with FolderStore(Path(sys.argv[1])).lock("a" * 32):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_process_gives_its_lock_back(store: FolderStore, folder: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UploadBusy), store.lock(NAME):
            pass
        FolderStore(folder)
        with pytest.raises(UploadBusy), store.lock(NAME):
            pass
        holder.kill()
    assert (folder / "locks" / NAME).exists()
    with store.lock(NAME):
        pass
    assert not list((folder / "locks").iterdir())


def test_files_of_dead_holders_are_removed_at_the_start(folder: Path) -> None:
    FolderStore(folder)
    (left := folder / "locks" / NAME).touch()
    FolderStore(folder)
    assert left.exists()  # whoever made it may be about to lock it
    before = time.time() - LEFT_SECONDS - 1
    os.utime(left, (before, before))
    FolderStore(folder)
    assert not list((folder / "locks").iterdir())


def test_a_start_beside_it_takes_no_lock_from_a_writer(
    store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that starts when a writer has made its file, and has not locked it yet, does not make it busy."""
    really_lock, started = fcntl.flock, list[bool]()

    def lock_late(fd: int, operation: int) -> None:
        if not started:
            started.append(True)
            monkeypatch.setattr(folder_locks, "_give_back", lambda *_: None)  # it is still there
            FolderStore(folder)
            monkeypatch.undo()
        really_lock(fd, operation)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    with store.lock(NAME):
        assert started


def test_a_lock_whose_file_went_is_no_lock(store: FolderStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another holder may remove the file after it was opened and before it is locked."""
    really_lock = fcntl.flock
    left = [True]

    def lock_too_late(fd: int, operation: int) -> None:
        if left:
            left.pop()
            (folder / "locks" / NAME).unlink()
        really_lock(fd, operation)

    monkeypatch.setattr(fcntl, "flock", lock_too_late)
    with store.lock(NAME), pytest.raises(UploadBusy), store.lock(NAME):
        pass
    assert not left


def test_no_two_threads_hold_a_lock(store: FolderStore) -> None:
    """Though its file comes and goes between them."""
    inside: list[int] = []
    clashes: list[int] = []

    def compete() -> None:
        for _ in range(300):
            try:
                with store.lock(NAME):
                    inside.append(1)
                    clashes.extend([1] if len(inside) > 1 else [])
                    inside.pop()
            except UploadBusy:
                continue

    threads = [threading.Thread(target=compete) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not clashes
