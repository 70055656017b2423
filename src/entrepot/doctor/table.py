"""The table of checks, and one pass over it. What one check fails of is a finding, and nothing to the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.exc import DBAPIError

from entrepot import app as composition
from entrepot.doctor import access, clocks, databases, exposure, files, keys, space, stores, work
from entrepot.doctor.site import Site, is_store
from entrepot.errors import DomainError
from entrepot.meta.postgres_errors import reason
from entrepot.rules.doctor.finding import Finding
from entrepot.settings import Settings

Needs = Literal["nothing", "database", "everything"]


@dataclass(frozen=True, slots=True)
class Check:
    """Gathers facts of one kind and has them judged. `needs` is what has to be open for it."""

    name: str
    needs: Needs
    run: Callable[[Site], Awaitable[list[Finding]]]


CHECKS: tuple[Check, ...] = (
    Check("files", "nothing", files.check),
    Check("settings", "nothing", exposure.check),
    Check("database", "nothing", databases.check),
    Check("stores", "nothing", stores.check),
    Check("master key", "database", keys.check_master),
    Check("clocks", "database", clocks.check),
    Check("space", "nothing", space.check),
    Check("places of layers", "database", stores.check_named),
    Check("periodic work", "database", work.check),
    Check("access", "database", access.check),
    Check("data keys", "everything", keys.check),
    Check("pair", "everything", stores.check_pair),
    Check("orphans", "everything", stores.check_orphans),
)


@dataclass(slots=True)
class Examined:
    """What was found, each with the name of its check, and the checks that could not be made."""

    findings: list[tuple[str, Finding]] = field(default_factory=list[tuple[str, Finding]])
    left_out: list[str] = field(default_factory=list[str])

    @property
    def well(self) -> bool:
        """Whether there is no error among the findings."""
        return all(finding.severity != "error" for _, finding in self.findings)


async def examine(settings: Settings, clock: Callable[[], datetime] = composition.utc_now) -> Examined:
    """All checks, on a deployment that runs or does not, whole or broken."""
    examined, site = Examined(), Site(settings, clock)
    async with AsyncExitStack() as stack:
        for check in CHECKS:
            if await _may(site, check.needs, stack):
                found = await _made(check, site)
                examined.findings += [(check.name, each) for each in found]
                if any(each.code == files.NO_DEPLOYMENT for each in found):
                    return examined
            else:
                examined.left_out.append(check.name)
    if examined.left_out:
        what = f"not checked, for what they need cannot be opened: {', '.join(examined.left_out)}"
        remedy = "do away with the errors, and run this again"
        examined.findings.append(("all", Finding("left-out", "note", what, remedy)))
    return examined


async def _made(check: Check, site: Site) -> list[Finding]:
    try:
        return await check.run(site)
    except DomainError as error:
        what = error.message.rstrip(".")
    except DBAPIError as error:
        what = f"the database refuses: {reason(error)}"
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    except Exception as error:  # noqa: BLE001 - a sick deployment may have anything; the other checks are to go on
        what = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return [
        Finding("check-failed", "error", f"{check.name}: {what}", "do away with this, and run entrepot doctor again")
    ]


async def _may(site: Site, needs: Needs, stack: AsyncExitStack) -> bool:
    """Opens what a check needs, if that was not tried before and can be."""
    if needs == "nothing":
        return True
    if site.tries("database") and _has_schema(site):
        site.db = stack.enter_context(closing(composition.database_of(site.settings)))
    if needs == "database" or site.db is None:
        return site.db is not None
    # Opening a store makes its folders: those of one that is not mounted are not to be made anew.
    if site.tries("app") and all(is_store(folder) for folder in site.folders) and _is_whole(site):
        site.app = await stack.enter_async_context(composition.opened(site.settings))
    return site.app is not None


def _has_schema(site: Site) -> bool:
    if not site.settings.database and not site.paths.database.exists():
        return False
    try:
        with composition.engine_of(site.settings, patient=False) as engine:
            composition.require_schema(engine)
    except DomainError:
        return False
    return True


def _is_whole(site: Site) -> bool:
    try:
        composition.require_deployment(site.settings)
    except DomainError:
        return False
    return True
