"""A new database is not put beside the layers of another: all of them would be taken for orphans."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot import app as composition
from entrepot.errors import StorageUnavailable
from entrepot.settings_sources import from_flags
from tests.gc.world import World
from tests.support.postgres import cluster

DATA = b"a layer" * 1000


def prepare(given: dict[str, str]) -> None:
    composition.prepare(from_flags(given, {})[0])


def with_a_layer(given: dict[str, str]) -> None:
    here = World(given)
    here.create("one")
    here.upload("one", DATA)
    here.close()


def test_a_data_folder_whose_layers_are_those_of_sqlite(tmp_path: Path) -> None:
    given = {"data": str(tmp_path / "data")}
    with_a_layer(given)
    beside = given | {"database": cluster().fresh()}
    for _ in range(2):
        with pytest.raises(StorageUnavailable, match="holds layers"):
            prepare(beside)
    prepare(given)


def test_a_node_that_was_not_told_of_its_database(tmp_path: Path) -> None:
    given = {"data": str(tmp_path / "data")}
    with_a_layer(given | {"database": cluster().fresh()})
    with pytest.raises(StorageUnavailable, match="setting database"):
        prepare(given)


def test_a_store_that_is_named_beside(tmp_path: Path) -> None:
    with_a_layer({"data": str(tmp_path / "data")})
    with pytest.raises(StorageUnavailable, match="holds layers"):
        prepare({"data": str(tmp_path / "other"), "blobs_also": str(tmp_path / "data" / "blobs")})
