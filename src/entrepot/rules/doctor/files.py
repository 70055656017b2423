"""Who may read and write the files of a deployment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file or folder. `allowed` are the permission bits that may be set at most.

    `usable` is whether whoever asks can read it, and write to it where the server writes.
    """

    path: str
    what: str
    mode: int
    owner: int
    allowed: int
    secret: bool
    usable: bool


def judge(owner: int, files: Sequence[FileFact]) -> Iterator[Finding]:
    """`owner` is the user that the data folder belongs to."""
    for each in files:
        path = shlex.quote(each.path)
        if each.mode & 0o777 & ~each.allowed:
            yield Finding(
                "open-to-others",
                "error" if each.secret else "warning",
                f"{each.what} {each.path} has mode {each.mode & 0o777:04o}: other users of the machine may use it",
                f"chmod {each.mode & 0o777 & each.allowed:04o} {path}",
            )
        if each.owner != owner:
            yield Finding(
                "foreign-owner",
                "warning",
                f"{each.what} {each.path} belongs to the user {each.owner}, and the data folder to {owner}",
                f"chown {owner} {path}",
            )
        if not each.usable:
            yield Finding(
                "not-usable",
                "error",
                f"{each.what} {each.path} cannot be read and written by whoever runs this",
                f"run this and the server as the user {owner}, and give it back what is its own: chown {owner} {path}",
            )
