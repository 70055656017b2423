"""Rotating the master key while everything is being served: which keys are in use, wrapping anew, and letting go.

A data key is wrapped anew in a transaction of its own, if its row still says what it said, and only after the new
wrapping was opened again. At every moment each row is wrapped by a key that was there before the row was written: a
process that dies leaves nothing half done, and two at once do nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from entrepot.errors import DomainError, KeyUnavailable
from entrepot.meta import former_master_keys, master_keys
from entrepot.meta.data_keys import DataKeyRow
from entrepot.meta.master_keys import Use
from entrepot.ports import Database, Wrapped
from entrepot.services.master_keys import NOT_KNOWN, MasterKeys

PAGE = 100

_ROLES = ("current", "former", "missing")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """A master key that the settings name, or that wraps something. `name` is empty where only a service knows it.

    `role` is current, former, or missing from the settings. `fault` says why it cannot be used, if it cannot;
    former ones are tried only on what they wrap.
    """

    name: str
    source: str
    role: str
    count: int
    fault: str


@dataclass(slots=True)
class Rewrapped:
    """What was wrapped anew by the master key `name`. `failed` are ids of data keys that could not be unwrapped."""

    name: str
    count: int = 0
    failed: list[int] = field(default_factory=list[int])


async def status(db: Database, keys: MasterKeys) -> list[KeyStatus]:
    """Every master key that is named or used, the current one first."""
    used = await db.read(master_keys.uses)
    current, fault = await _tried(keys)
    found = [await _status_of(keys, use, current, fault) for use in used]
    names = {use.name for use in used}
    for number, each in enumerate(keys.known):
        if number == 0 and not any(status.role == "current" for status in found):
            found.append(KeyStatus(current, each.source, "current", 0, fault))
        elif number and not any(each.may_open(name) for name in names):
            found.append(KeyStatus(each.name, each.source, "former", 0, ""))
    return sorted(found, key=lambda each: _ROLES.index(each.role))


async def _tried(keys: MasterKeys) -> tuple[str, str]:
    """The name of the current one and why it cannot be used; the name as far as it is known without using it."""
    try:
        return await keys.ask(keys.current), ""
    except KeyUnavailable as error:
        return keys.known[0].name, error.message


async def _status_of(keys: MasterKeys, use: Use, current: str, fault: str) -> KeyStatus:
    first, *others = keys.known
    if use.name and (use.name == current or (not current and first.may_open(use.name))):
        return KeyStatus(use.name, first.source, "current", use.count, fault)
    sources = [each.source for each in (first, *others) if each.may_open(use.name)]
    try:
        await keys.ask(keys.unwrap, use.sample)
    except KeyUnavailable as error:
        role = "former" if sources and error.kms_error != NOT_KNOWN else "missing"
        return KeyStatus(use.name, ", ".join(sources), role, use.count, error.message)
    return KeyStatus(use.name, ", ".join(sources), "former", use.count, "")


async def rewrap(
    db: Database, keys: MasterKeys, told: Callable[[Rewrapped], None], *, take_back: bool = False
) -> Rewrapped:
    """Wraps by the current master key whatever another wraps, and calls `told` after each few.

    Raises KeyUnavailable where the current one cannot be used or was retired, unless that is to be taken back.
    """
    done = Rewrapped(await keys.ask(keys.current))
    if take_back:
        await db.write(former_master_keys.take_back, done.name)
    await db.read(former_master_keys.require_in_use, done.name)
    after = 0
    while page := await db.read(master_keys.page_of_others, done.name, after, PAGE):
        for row in page:
            await _rewrap(db, keys, row, done)
        after = page[-1].key_id
        told(done)
    return done


async def _rewrap(db: Database, keys: MasterKeys, row: DataKeyRow, done: Rewrapped) -> None:
    try:
        fresh = await keys.ask(_wrapped_anew, keys, row)
    except KeyUnavailable as error:
        log.warning("a data key cannot be wrapped anew", key_id=row.key_id, reason=error.message)
        done.failed.append(row.key_id)
        return
    done.count += await db.write(master_keys.rewrap, row, fresh.wrapped, fresh.master_key)


def _wrapped_anew(keys: MasterKeys, row: DataKeyRow) -> Wrapped:
    material = keys.unwrap(row)
    fresh = keys.wrap(material, row.scope.encode())
    if keys.unwrap(DataKeyRow(row.key_id, row.scope, fresh.wrapped, fresh.master_key)) != material:
        raise KeyUnavailable(f"The master key {fresh.master_key} does not unwrap what it wraps", "KMSInternalException")
    return fresh


async def forget(db: Database, keys: MasterKeys, now: int) -> str:
    """Retires all master keys but the current one, whose name it returns: from now on they wrap nothing anywhere.

    Raises DomainError where one of them still wraps something.
    """
    current = await keys.ask(keys.current)
    known = [each.name for each in keys.known if each.name]
    if needed := await db.write(master_keys.retire_others, current, known, now):
        uses = ", ".join(f"{use.name or 'one without a name'} ({use.count} data keys)" for use in needed)
        raise DomainError(f"Other master keys are still needed: {uses}. Run `entrepot master-key rewrap` first.")
    return current
