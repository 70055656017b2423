"""What an upload's state says, and the object beside it that holds the bytes which do not fill a frame yet.

Whole frames go to the object itself, and so does what is left over in a store that may go on in front of it (`cuts`).
For the others it is sealed as the frame it will be and kept in a tail object, so that nothing a client was told is
stored is ever overwritten in place. There are two tails, `<object>-0` and `<object>-1`, used in turns: an append writes
the one that its own starting point does not need. A process that dies before the row of the upload was changed
therefore leaves the old standing whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.blobs.backing import Backing
from entrepot.blobs.frames import TAG
from entrepot.blobs.reading import damage, fill
from entrepot.errors import ContentDamaged
from entrepot.ports import StagedBlob

TURNS = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """`StagedBlob.state`, taken apart.

    `turn` counts the appends. `mark` is the tag of the last frame in hexadecimal; since nonces are random, no other
    append ends in it. `object_state` is the checkpoint of the object, empty as long as it has no whole frame.
    """

    turn: int = 0
    mark: str = ""
    object_state: str = ""

    @classmethod
    def of(cls, staged: StagedBlob) -> Standing:
        """Where an upload stands."""
        if not staged.state:
            return cls()
        turn, mark, object_state = staged.state.split(".", 2)
        return cls(int(turn), mark, object_state)

    def __str__(self) -> str:
        return f"{self.turn}.{self.mark}.{self.object_state}"


def tail_id(object_id: str, turn: int) -> str:
    """The tail object of a turn."""
    return f"{object_id}-{turn % TURNS}"


def family(object_id: str) -> list[str]:
    """An object and its tails."""
    return [object_id, *(tail_id(object_id, turn) for turn in range(TURNS))]


def owner(object_id: str) -> str:
    """The object that a tail belongs to; an object itself is its own."""
    return object_id.partition("-")[0]


def write_tail(backing: Backing, object_id: str, turn: int, sealed: memoryview) -> None:
    """Stores a tail, over what its turn held before."""
    writer = backing.store.create(tail_id(object_id, turn))
    try:
        writer.write(sealed)
        writer.checkpoint()
    finally:
        writer.close()


def read_tail(backing: Backing, staged: StagedBlob, plain: memoryview) -> memoryview:
    """Opens the tail into `plain`, which has its length; returns the sealed form, in the thread's buffer.

    A commit puts the tail where it belongs and drops its object: that of a process which died before it could say so
    is found there. Raises ContentDamaged where there is another tail than the one `staged` speaks of, or none.
    """
    standing = Standing.of(staged)
    name, index = tail_id(staged.object_id, standing.turn), backing.layout.whole_frames(staged.received)
    sealed = backing.buffer()[: len(plain) + backing.layout.overhead]
    try:
        if backing.store.cuts:
            _read_staged(backing, staged.object_id, standing.object_state, index, sealed)
        else:
            _read_sealed(backing, name, index, sealed)
        backing.cipher(staged.object_id, staged.secret).open_into(index, sealed, plain)
    except (FileNotFoundError, ContentDamaged) as cause:
        raise damage(name, index) from cause
    if sealed[-TAG:].hex() != standing.mark:
        raise damage(name, index)
    return sealed


def _read_staged(backing: Backing, object_id: str, state: str, index: int, sealed: memoryview) -> None:
    """The frame from where a store that cuts has it: its segments, or after a commit nobody heard of the object."""
    offset = backing.layout.offset(index)
    try:
        with backing.store.open(object_id, state) as reader:
            fill(reader, offset, sealed)
    except FileNotFoundError:
        with backing.store.open(object_id) as reader:
            fill(reader, offset, sealed)


def _read_sealed(backing: Backing, name: str, index: int, sealed: memoryview) -> None:
    try:
        with backing.store.open(name) as reader:
            fill(reader, 0, sealed)
    except FileNotFoundError:
        with backing.store.open(owner(name)) as reader:
            fill(reader, backing.layout.offset(index), sealed)
