"""A database that cannot be used is told in one line, without its password."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from entrepot.errors import StorageUnavailable
from entrepot.meta.postgres import postgres_engine, wait_for
from entrepot.meta.postgres_errors import is_starting, reason
from entrepot.settings import Settings
from tests.faults.commands import refused_start
from tests.support.postgres import cluster
from tests.support.processes import free_port, run
from tests.support.server import COMMAND

SECRET = "hush-hush"


def settings_file(data: Path, url: str) -> Path:
    data.mkdir()
    (data / "entrepot.toml").write_text(f'database = "{url}"\n')
    return data


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        (f"postgresql://postgres:{SECRET}@127.0.0.1:PORT/postgres", 1, "password authentication failed"),
        (f"postgresql://postgres:{SECRET}@127.0.0.1:FREE/x?no_such_parameter=1", 1, "not a URL that libpq can read"),
        (f"postgresql://postgres:@{SECRET}@127.0.0.1/x", 2, "database: the value is not a URL that begins with"),
        (f"postgresql://postgres:/{SECRET}@127.0.0.1/x", 2, "database: the value is not a URL that begins with"),
        (f"mysql://root:{SECRET}@127.0.0.1/x", 2, "database: the value is not a URL that begins with"),
    ],
)
def test_in_one_line(tmp_path: Path, url: str, code: int, told: str) -> None:
    url = url.replace("PORT", str(cluster().port)).replace("FREE", str(free_port()))
    data = settings_file(tmp_path / "data", url)
    refusal = refused_start(data)
    assert refusal.code == code
    (line,) = refusal.lines
    assert told in line
    assert SECRET not in line
    assert not (data / "master.key").exists()


def test_a_server_that_is_not_there_is_waited_for_and_told() -> None:
    engine = postgres_engine(f"postgresql://postgres:{SECRET}@127.0.0.1:{free_port()}/postgres")
    with pytest.raises(OperationalError) as caught:
        wait_for(engine, patience=0)
    assert "refused" in reason(caught.value)
    assert SECRET not in str(caught.value)
    assert is_starting(caught.value)


def test_settings_are_shown_without_it(tmp_path: Path) -> None:
    url = f"postgresql://u:{SECRET}@127.0.0.1/x"
    shown = run([COMMAND, "settings", "--data", settings_file(tmp_path / "data", url)])
    assert "database  " in shown
    assert SECRET not in shown
    assert SECRET not in repr(Settings(data=tmp_path, database=url))


def test_neither_is_a_url_that_cannot_be_read() -> None:
    with pytest.raises(StorageUnavailable) as caught:
        postgres_engine(f"postgresql://u:{SECRET}@127.0.0.1:{SECRET}/x?{SECRET}")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_command_on_a_database_that_nobody_prepared(tmp_path: Path) -> None:
    data = settings_file(tmp_path / "data", cluster().url(cluster().create()))
    (data / "master.key").write_bytes(bytes(32))
    with pytest.raises(AssertionError, match="start `entrepot serve` first"):
        run([COMMAND, "account", "create", "210987654321", "--data", data])
