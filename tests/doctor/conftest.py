"""Patients that are well at the beginning of every test, and have to be at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.doctor.patient import Patient, patient
from tests.gc.world import ENGINES


@pytest.fixture(scope="session", params=ENGINES)
def ward(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    """One for each engine."""
    with patient(tmp_path_factory.mktemp("doctor") / "data", request.param) as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    """One on SQLite, for what has nothing to do with the engine."""
    with patient(tmp_path_factory.mktemp("doctor") / "data", "sqlite") as made:
        yield made


@pytest.fixture
def here(ward: Patient) -> Iterator[Patient]:
    yield from well(ward)


@pytest.fixture
def on_sqlite(sqlite_ward: Patient) -> Iterator[Patient]:
    yield from well(sqlite_ward)


def well(ill: Patient) -> Iterator[Patient]:
    """Whoever makes it ill is to make it well."""
    ill.world.turned = timedelta()
    ill.work()
    assert ill.codes() == {}
    yield ill
    ill.world.turned = timedelta()
    assert ill.codes() == {}
