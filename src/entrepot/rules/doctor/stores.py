"""The stores of layers."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding, size_text

ODD_CONDITIONS = "conditions"
ODD_PARTS = "parts"
ODD_CONTENT = "content"


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """One store that the settings name. `present` is whether the folder is there, with objects' folders in it.

    `refusal` is why it cannot be used. `odd` is what it does other than S3: ODD_CONDITIONS takes If-None-Match and
    does not heed it, ODD_PARTS makes no object of parts, ODD_CONTENT gives other bytes back.
    """

    name: str
    folder: bool
    present: bool = True
    refusal: str = ""
    odd: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StoresFacts:
    """All of them, and how many blobs lie in each store that a row names, by its name; the data folder's is empty."""

    stores: Sequence[StoreFacts]
    named: dict[str, int]
    known: Sequence[str]


_WHY_ODD = {
    ODD_CONDITIONS: "does not heed If-None-Match, which keeps two writers from one object",
    ODD_PARTS: "makes no object of the parts of a multipart upload",
    ODD_CONTENT: "gives other bytes back than it was given",
}


def judge(facts: StoreFacts) -> Iterator[Finding]:
    """Whether a store can be used."""
    if facts.folder and not facts.present:
        what = f"the folder of layers {facts.name} is not there, or has nothing of a store in it"
        yield Finding("folder-missing", "error", what, f"mount it, or restore it: ls {shlex.quote(facts.name)}")
    if facts.refusal:
        remedy = "see that it can be written to and has room" if facts.folder else _S3_REMEDY
        yield Finding("store-unusable", "error", f"the store {facts.name} cannot be used: {facts.refusal}", remedy)
    for odd in facts.odd:
        what = f"the store {facts.name} {_WHY_ODD[odd]}"
        yield Finding(f"store-{odd}", "error", what, "upgrade the store, or set blobs to one that does as S3 does")


_S3_REMEDY = "check s3_endpoint_url, s3_path_style and the keys (AWS_ACCESS_KEY_ID), with aws s3 ls on the bucket"


def judge_named(facts: StoresFacts) -> Iterator[Finding]:
    """Whether the settings name every store that something lies in."""
    for store in sorted(set(facts.named) - set(facts.known)):
        name = store or "the folder blobs in the data folder"
        what = f"{facts.named[store]} blobs lie in {name}, which the settings do not name: they cannot be pulled"
        yield Finding("unknown-store", "error", what, f"add {name} to blobs_also")


def judge_orphans(count: int, size: int, *, works: bool) -> Iterator[Finding]:
    """Objects that nothing names. The daily sweep takes them, where somebody `works`."""
    if not count:
        return
    what = f"{count} old objects ({size_text(size)}) that nothing names take room"
    if works:
        yield Finding("orphans", "note", what, "nothing: the daily sweep takes them")
    else:
        yield Finding("orphans", "warning", what, "start entrepot worker, whose daily sweep takes them")


def judge_pair(apart: str) -> Iterator[Finding]:
    """Whether database and store are of one moment: `apart` says what is wrong, and nothing where they are."""
    if apart:
        remedy = "run entrepot restore --check, and then with --accept or --repair"
        yield Finding("pair", "error", apart.rstrip("."), remedy)
