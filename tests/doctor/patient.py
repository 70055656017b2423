"""A deployment that a test makes ill and well again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from entrepot import app as composition
from entrepot.doctor.table import Examined, examine
from entrepot.jobs import periodic
from entrepot.jobs.duties import DUTIES
from entrepot.jobs.periodic import Turns
from entrepot.rules.doctor.finding import Finding
from entrepot.settings import Settings
from entrepot.settings_sources import from_flags
from tests.gc.world import World, world

ALWAYS = frozenset({"fsync-off", "full-page-writes-off"})
"""What the PostgreSQL of the tests has on purpose."""


class Patient:
    """A world, and what the doctor says of it."""

    def __init__(self, made: World) -> None:
        self.world = made
        self.data = made.settings.data

    def examined(self, **changes: Any) -> Examined:
        """With settings changed, and the clock of the world."""
        settings: Settings = replace(self.world.settings, **changes)
        return self.world.run(examine(settings, self.world.clock))

    def codes(self, **changes: Any) -> dict[str, str]:
        """Severity by code."""
        found = (finding for _, finding in self.examined(**changes).findings)
        return {each.code: each.severity for each in found if each.code not in ALWAYS}

    def finding(self, code: str, **changes: Any) -> Finding:
        """The one finding of that code."""
        [found] = [each for _, each in self.examined(**changes).findings if each.code == code]
        return found

    def remedied(self, code: str) -> None:
        """Does what the finding says, in a shell, and sees that it is gone."""
        subprocess.run(self.finding(code).remedy, shell=True, check=True, timeout=300)  # noqa: S602 - it is for that
        assert code not in self.codes()

    def work(self) -> None:
        """Every duty once, as a worker does them."""
        for duty in DUTIES:
            self.world.run(periodic.turn(Turns(self.world.app, "worker"), duty))

    def rows(self, fn: Callable[[Connection], Any]) -> Any:
        """Changes rows behind the server's back."""
        return self.world.run(self.world.app.db.write(fn))

    def execute(self, statement: str) -> None:
        """Likewise."""
        self.rows(lambda c: c.exec_driver_sql(statement) and None)


@contextmanager
def patient(data: Path, engine: str) -> Iterator[Patient]:
    """A healthy one, on whose behalf somebody works."""
    with world(data, engine) as made:
        made.app = replace(made.app, gc_delay=made.settings.gc_delay)
        here = Patient(made)
        here.work()
        yield here


def prepared(data: Path) -> Settings:
    """A deployment that nothing has opened."""
    settings, _ = from_flags({"data": str(data)}, {})
    composition.prepare(settings)
    return settings
