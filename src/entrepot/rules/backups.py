"""The rules of backups: how a snapshot is called, which ones are kept, and which objects go with the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

UNFINISHED = ".new"
"""Behind the name of a file that is not whole yet. No object's name ends like that."""

_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{32}) ([0-9]{1,18}) ([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Copied:
    """An object in a backup: its stored bytes, how many there are and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """What goes from a backup: ids of snapshots, and of objects."""

    snapshots: list[str]
    objects: list[str]


def snapshot_id(moment: datetime, random: str) -> str:
    """The name of a snapshot of a moment (UTC): names sort by their time."""
    return f"{moment:%Y%m%dT%H%M%SZ}-{random[:8]}"


def is_snapshot_id(text: str) -> bool:
    """Whether this is the name of a snapshot."""
    return bool(_ID.fullmatch(text))


def surplus(snapshots: Iterable[str], keep: int) -> list[str]:
    """The snapshots that go where the `keep` newest stay (at least one does)."""
    return sorted(snapshots)[: -max(keep, 1)]


def unneeded(present: Iterable[str], named: Sequence[Collection[str]]) -> list[str]:
    """Those of the `present` objects that no snapshot names; `named` has the objects of each that is kept."""
    return [each for each in present if not any(each in names for names in named)]


def line(object_id: str, copied: Copied) -> str:
    """How a snapshot's list has an object."""
    return f"{object_id} {copied.size} {copied.sha256}\n"


def read_lines(text: str) -> dict[str, Copied]:
    """The objects of a list. What a process that died wrote by half is left out."""
    found: dict[str, Copied] = {}
    for each in text.splitlines():
        if match := _LINE.fullmatch(each):
            found[match[1]] = Copied(int(match[2]), match[3])
    return found


def differing(named: Mapping[str, int], listed: Mapping[str, Copied], missing: Collection[str]) -> list[str]:
    """Objects that a snapshot's database names with a stored length that its list does not have."""
    return sorted(
        object_id
        for object_id, size in named.items()
        if object_id not in missing and (object_id not in listed or listed[object_id].size != size)
    )
