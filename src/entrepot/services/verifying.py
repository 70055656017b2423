"""What reading everything back has found so far. Bounded in memory, however much is damaged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from entrepot.meta.readback import Needing
from entrepot.services.gc_verify import Verified
from entrepot.services.repairs import Repair

Kind = Literal["damaged", "missing", "unread"]
MOST_FINDINGS = 10_000
"""Findings that are kept to be told one by one; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One blob or manifest that cannot be served.

    `damaged`: its bytes are not what was stored, from `frame` on where that is known. `missing`: they are not there.
    `unread`: the store does not give them out. An `object_id` is a blob's, and so is `store`, which is empty for the
    folder in the data folder. `size` is in bytes.
    """

    kind: Kind
    what: Literal["blob", "manifest"]
    digest: str
    size: int
    why: str
    needing: tuple[Needing, ...]
    object_id: str = ""
    store: str = ""
    frame: int | None = None
    repair: Repair | None = None

    def of_object(self, object_id: str, store: str, frame: int | None) -> Finding:
        """The same, of a blob's object."""
        return replace(self, object_id=object_id, store=store, frame=frame)

    @property
    def repaired(self) -> bool:
        """Whether good bytes have taken its place."""
        return self.repair is not None and self.repair.source is not None


@dataclass(slots=True)
class Sealed:
    """What cannot be read since a key may not be used. That is no damage: it can be, once the key can."""

    blobs: int = 0
    size: int = 0
    manifests: int = 0


@dataclass(slots=True)
class Found:
    """Counts of what was read, and findings. `size` is in plain bytes, `seconds` how long it took.

    `agreement` is what comparing rows with objects found, once that is done; blobs that it misses are among the
    findings, and those that were repaired count no more.
    """

    blobs: int = 0
    size: int = 0
    manifests: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list[Finding])
    kinds: Counter[Kind] = field(default_factory=Counter[Kind])
    repaired: int = 0
    sealed: dict[str, Sealed] = field(default_factory=dict[str, Sealed])
    agreement: Verified | None = None

    def add(self, finding: Finding) -> None:
        """Counts a finding, and keeps it while there is room."""
        self.kinds[finding.kind] += 1
        self.repaired += finding.repaired
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)

    @property
    def count(self) -> int:
        """How many findings there are, with those that were repaired."""
        return sum(self.kinds.values())

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.size / self.seconds if self.seconds else 0.0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        # Blobs that the comparison misses are among the findings.
        rows = self.agreement is None or replace(self.agreement, missing=[]).sound
        return rows and self.count == self.repaired
