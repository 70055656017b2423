"""Where the bytes of objects are kept. Ports: see the package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class ObjectWriter(Protocol):
    """Appends to one object. Not shared between threads at the same time. Raises StorageFull, StorageUnavailable."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends `data`."""
        ...

    def checkpoint(self) -> str:
        """The store's note of where the object stands, from which any process can `resume`."""
        ...

    def commit(self) -> None:
        """Makes the object whole, readable and durable (survives a power cut)."""
        ...

    def close(self) -> None:
        """Releases what the writer holds in this process; what was checkpointed or committed stays, the rest goes."""
        ...


class ObjectReader(Protocol):
    """Reads one committed or staged object."""

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> int:
        """Fills `buffer` from `offset`; returns how many bytes there were (fewer only at the end)."""
        ...

    def close(self) -> None:
        """Releases the object; a second call does nothing."""
        ...


class ObjectStore(Protocol):
    """Opaque objects under random ids. Synchronous: called from worker threads only.

    There are two kinds. One has a file that grows: it fences writers off from each other, and what is behind a
    checkpoint's last whole frame is kept beside it by whoever uses the store. The other, which `cuts`, writes nothing
    twice: what a checkpoint names stays as it is whatever other writers do, and a writer may go on in front of its end.
    """

    @property
    def cuts(self) -> bool:
        """Whether `resume` takes a `length`, and all that is said here of fencing is left out."""
        ...

    def create(self, object_id: str) -> ObjectWriter:
        """Begins a new object, over one that was begun under the id. Raises FileExistsError where it was committed."""
        ...

    def resume(self, object_id: str, state: str, length: int | None = None) -> ObjectWriter:
        """Goes on where `state` (a `checkpoint`) says, or behind its first `length` bytes; what follows is dropped.

        Writers that were opened before write nothing from then on: they raise StorageUnavailable. Raises
        FileNotFoundError, FileExistsError where the object was committed, and ContentDamaged where it does not hold
        what it held at the checkpoint.
        """
        ...

    def open(self, object_id: str, state: str = "", stop: int = 0) -> AbstractContextManager[ObjectReader]:
        """Opens for reading: what was committed, or what is staged by its checkpoint.

        Here or at the first read FileNotFoundError is raised where there is no such object. A store that is paid by
        the request fetches what is read in a row up to the offset `stop` at once.
        """
        ...

    def lock(self, object_id: str) -> AbstractContextManager[None]:
        """Keeps writers of every other process away from an object; raises UploadBusy where one is at it.

        Given back when its process dies. A store whose parts cannot be overwritten unnoticed needs no lock.
        """
        ...

    def delete(self, object_id: str) -> None:
        """Removes an object, staged or committed; one that is gone already is no error."""
        ...

    def delete_many(self, object_ids: Sequence[str]) -> None:
        """Removes committed objects, in as few requests as can be. Where it raises, some of them may be gone."""
        ...

    def objects(self) -> Iterator[tuple[str, float]]:
        """Every object id with the time it was last written, in seconds since the epoch, in no order."""
        ...

    def whole(self) -> Iterator[str]:
        """The id of every object that can be opened without the note of a writer, in no order; staged ones may be."""
        ...

    def size(self, object_id: str) -> int:
        """Bytes of an object that can be opened; 0 where there is none."""
        ...

    def sizes(self) -> Iterator[tuple[str, int]]:
        """As `whole`, each with how many bytes are stored."""
        ...

    def mark(self) -> str:
        """A short text that stands beside the objects; empty where there is none."""
        ...

    def set_mark(self, text: str) -> None:
        """Replaces that text, durably and in one step."""
        ...

    def leftovers(self, before: float) -> Iterator[tuple[str, str]]:
        """What is stored of objects apart from their committed form and was last written `before` a time.

        Pairs of an object id and the name that `drop` knows the thing by; an upload may need it, a blob does not.
        """
        ...

    def drop(self, leftover: str) -> None:
        """Removes what `leftovers` named; what is gone already is no error."""
        ...

    def close(self) -> None:
        """Ends threads and connections."""
        ...
