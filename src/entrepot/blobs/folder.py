"""Objects as files in a folder.

    root/3/f/3f2a...     the object with that id; 0600 while it is written, 0400 once committed
    root/3/f/3f2a...-0   an object beside it
    root/locks/3f2a...   there while somebody holds the object's lock
    root/mark            which state of the database goes with the store (services/pairing.py)

Two hexadecimal digits of the id choose one of 256 folders. All of them are made when the store is opened, so that a
commit has one file and one folder to sync.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from entrepot.blobs.folder_files import replace_file, storage_errors, sync_folder
from entrepot.blobs.folder_locks import hold, sweep
from entrepot.blobs.folder_objects import STAGED_MODE, FolderReader, FolderWriter, go_on, is_committed, start_over

OBJECT_ID = re.compile(r"[0-9a-f]{32}(-[0-9]+)?", re.ASCII)
DIGITS = "0123456789abcdef"
LOCKS = "locks"
MARK = "mark"
FOLDER_MODE = 0o700
FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW


class FolderStore:
    """An ObjectStore on a local file system. Ids are 32 hexadecimal digits, perhaps with `-` and a number behind.

    An id of another form raises ValueError. Several processes may use one folder.
    """

    cuts = False

    def __init__(self, root: Path, *, writes: bool = True) -> None:
        """Opens the store, making its folders where there are none. Raises StorageFull, StorageUnavailable.

        One that is not to be written to, such as a copy that is read from, is left as it is.
        """
        self._root = root
        self._locks = root / LOCKS
        if not writes:
            return
        with storage_errors():
            _make_folders(root)
            sweep(self._locks)

    def create(self, object_id: str) -> FolderWriter:
        """Begins a new object, over one that was begun. Raises FileExistsError where it was committed."""
        return self._writer(object_id, os.O_CREAT, start_over)

    def resume(self, object_id: str, state: str, length: int | None = None) -> FolderWriter:
        """Goes on at a checkpoint. Raises FileNotFoundError, FileExistsError (committed), ContentDamaged."""
        if length is not None:
            raise ValueError("a file is not cut in front of a checkpoint")
        return self._writer(object_id, 0, lambda fd, folder: go_on(fd, folder, state))

    def open(self, object_id: str, state: str = "", stop: int = 0) -> FolderReader:
        """Opens for reading; raises FileNotFoundError. What is staged is read as what was committed."""
        del state, stop
        with storage_errors(FileNotFoundError):
            return FolderReader(os.open(self.path(object_id), os.O_RDONLY | FLAGS))

    @contextmanager
    def lock(self, object_id: str) -> Generator[None]:
        """Keeps out every other holder of the object's lock; raises UploadBusy where there is one."""
        with ExitStack() as held:
            with storage_errors():
                held.enter_context(hold(self._locks / self.path(object_id).name))
            yield

    def delete(self, object_id: str) -> None:
        """Removes the file, if there is one."""
        with storage_errors():
            self.path(object_id).unlink(missing_ok=True)

    def delete_many(self, object_ids: Sequence[str]) -> None:
        """Removes files, one after the other."""
        for object_id in object_ids:
            self.delete(object_id)

    def objects(self) -> Iterator[tuple[str, float]]:
        """Every object id with its file's modification time. Files whose name is no id are left out."""
        return ((name, status.st_mtime) for name, status in self._files())

    def whole(self) -> Iterator[str]:
        """Every object, staged or committed: of either there is one file."""
        return (object_id for object_id, _ in self.objects())

    def size(self, object_id: str) -> int:
        """The length of the file."""
        with storage_errors(FileNotFoundError), suppress(FileNotFoundError):
            return self.path(object_id).stat().st_size
        return 0

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Every file, with its length."""
        return ((name, status.st_size) for name, status in self._files())

    def mark(self) -> str:
        """The text of the file `mark`; empty where there is none."""
        with storage_errors(), suppress(FileNotFoundError):
            return (self._root / MARK).read_text(errors="replace")
        return ""

    def set_mark(self, text: str) -> None:
        """Replaces the file in one step."""
        with storage_errors():
            replace_file(self._root / MARK, text.encode())

    def leftovers(self, before: float) -> Iterator[tuple[str, str]]:
        """None: what an upload leaves goes with its object."""
        del before
        return iter(())

    def drop(self, leftover: str) -> None:
        """Nothing, since nothing is named."""

    def close(self) -> None:
        """Nothing: no file is kept open."""

    def path(self, object_id: str) -> Path:
        """Where an object's file is, or would be. Raises ValueError for an id of another form."""
        if not OBJECT_ID.fullmatch(object_id):
            raise ValueError(f"not an object id: {object_id!r}")
        return self._root / object_id[0] / object_id[1] / object_id

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        for folder in _leaves(self._root):
            with os.scandir(folder) as entries:
                for entry in entries:
                    # A file may go between the listing and the look at it.
                    with suppress(FileNotFoundError):
                        if OBJECT_ID.fullmatch(entry.name):
                            yield entry.name, entry.stat(follow_symlinks=False)

    def _writer(self, object_id: str, flags: int, begin: Callable[[int, Path], FolderWriter]) -> FolderWriter:
        path = self.path(object_id)
        with storage_errors(FileNotFoundError, FileExistsError):
            fd = _open_to_write(path, flags)
            try:
                return begin(fd, path.parent)
            except BaseException:
                os.close(fd)
                raise


def _open_to_write(path: Path, flags: int) -> int:
    try:
        return os.open(path, os.O_RDWR | FLAGS | flags, STAGED_MODE)
    except PermissionError as cause:
        # Only a superuser gets as far as to look at the mode of the open file.
        if is_committed(path.stat().st_mode):
            raise FileExistsError(errno.EEXIST, "the object was committed") from cause
        raise


def _leaves(root: Path) -> Iterator[Path]:
    return (root / first / second for first in DIGITS for second in DIGITS)


def _make_folders(root: Path) -> None:
    root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    missing = [leaf for leaf in (root / LOCKS, *_leaves(root)) if not leaf.is_dir()]
    for leaf in missing:
        leaf.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        leaf.mkdir(mode=FOLDER_MODE, exist_ok=True)
    for folder in {leaf.parent for leaf in missing} | ({root, root.parent} if missing else set[Path]()):
        sync_folder(folder)
