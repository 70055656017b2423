"""Notices that database and store are of different moments, as after a restore of one of them.

An object that a restored database does not name looks like one that was left behind, and so would be swept: what only a
newer database knows would be lost. So nothing is deleted from a store whose mark the database does not know
(rules/pairs.py), until an operator has looked at the two: `entrepot restore --check`, then `--accept` or `--repair`.

What is read and written goes on: all that the database names and the store holds is as good as ever.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.meta import store_marks
from entrepot.meta.times import to_micros
from entrepot.rules.pairs import Known, Mark, Verdict, compare, following

INTERVAL = timedelta(minutes=1)
"""How often the mark moves on. A database that is older than the store by less may pass for one of its moment."""

_REMEDY = "Nothing is deleted from the store until `entrepot restore --check` was run, and --accept or --repair."
_MESSAGES: dict[Verdict, str] = {
    "store is newer": "The store of layers is newer than the database, or another deployment's. ",
    "store is older": "The store of layers is older than the database, or not the one that it was. ",
}

log = structlog.get_logger()


async def apart(app: App) -> str:
    """What is wrong with the pair, for an operator; empty where nothing is."""
    verdict, _ = await _look(app)
    return _MESSAGES[verdict] + _REMEDY if verdict in _MESSAGES else ""


async def stands_still(app: App) -> bool:
    """Whether nothing may be deleted from the store because the database is not of its moment; logs it if so."""
    message = await apart(app)
    if message:
        log.warning("nothing is deleted from the store", reason=message)
    return bool(message)


async def advance(app: App) -> None:
    """Moves the mark on, in both. Where they do not agree, both stay as they are and the log says so."""
    verdict, known = await _look(app)
    if verdict in _MESSAGES:
        log.warning("database and store are of different moments", reason=_MESSAGES[verdict] + _REMEDY)
        return
    await _move(app, known, following(known, _fresh_id(app)))


async def accept(app: App) -> None:
    """Takes database and store as they are for a pair from now on: what no row names may be swept."""
    stored, known = Mark.of(await app.blobs.mark()), await app.db.read(store_marks.find_marks, _store(app))
    # Above both, so that whatever else comes from a backup shows itself as older.
    number = max(stored.number if stored else 0, known.newest if known else 0) + 1
    await _move(app, known, Mark(number, _fresh_id(app)))


async def _move(app: App, known: Known | None, mark: Mark) -> None:
    store, now = _store(app), to_micros(app.clock())
    if await app.db.write(store_marks.announce, store, known, mark, now):
        await app.blobs.set_mark(f"{mark}\n")
        await app.db.write(store_marks.agree, store, mark, now)


async def _look(app: App) -> tuple[Verdict, Known | None]:
    # The store first: a mark that comes in between is then one that the database has announced or remembers.
    stored = Mark.of(await app.blobs.mark())
    known = await app.db.read(store_marks.find_marks, _store(app))
    return compare(known, stored), known


def _store(app: App) -> str:
    """The name of the store that new blobs go to: the one that is marked."""
    return app.blobs.begin("", b"").store


def _fresh_id(app: App) -> str:
    return app.new_id().replace("-", "")
