"""How what the comparison of rows with objects found is told, by every command that makes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.services.gc_verify import Verified

SHOWN = 20
"""How many things of a kind people are told one by one."""


def members(found: Verified) -> dict[str, object]:
    """For programs."""
    return {
        "sound": found.sound,
        "blobs": found.blobs,
        "objects": found.objects,
        "missing": [str(each) for each in found.missing],
        "dangling": found.dangling,
        "orphans": found.orphans,
        "forgotten": found.forgotten,
        "overdue": found.overdue,
        "apart": found.apart,
    }


def lines(found: Verified) -> Iterator[str]:
    """For people."""
    yield f"compared {found.blobs} blobs with {found.objects} objects"
    for what, wrong in (
        ("blobs without their object", found.missing),
        ("layers of images that their repository does not hold", found.dangling),
        ("old objects that nothing names", found.orphans),
        ("unreferenced, and not queued for review", found.forgotten),
    ):
        if wrong:
            yield f"{len(wrong)} {what}:"
            yield from (f"    {each}" for each in wrong[:SHOWN])
            if len(wrong) > SHOWN:
                yield f"    and {len(wrong) - SHOWN} more (--json prints all)"
    if found.overdue:
        yield f"{found.overdue} reviews and deletions are overdue: does a worker run, and does the store answer?"
    if found.apart:
        yield found.apart
    yield "store and database agree" if found.sound else "store and database do not agree"
