"""`entrepot settings`, its table and JSON, what stays secret, and the exit codes of the command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import pytest

from entrepot import __version__
from entrepot.cli import main
from entrepot.settings import DECLARED, Setting
from entrepot.settings_print import as_json, rows, table
from entrepot.settings_sources import Origin, load
from entrepot.settings_values import AUTHORITY

SECRET = Setting(AUTHORITY, "", "A secret.", secret=True, name="store_key")


@dataclass
class Held:
    store_key: str


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("ENTREPOT_")]:
        monkeypatch.delenv(key)


def test_the_table_is_aligned_and_complete() -> None:
    lines = table(rows(*load(["--port", "5000"], {"ENTREPOT_HOST": "::1"}))).splitlines()
    value, origin = lines[0].index("VALUE"), lines[0].index("FROM")
    assert [line[:value].strip() for line in lines[1:]] == [setting.name for setting in DECLARED]
    shown = {line[:value].strip(): (line[value:origin].strip(), line[origin:]) for line in lines[1:]}
    assert shown["port"] == ("5000", "--port")
    assert shown["host"] == ("::1", "ENTREPOT_HOST")
    assert shown["domain"] == shown["tls_cert"] == ("-", "default")


def test_json_keeps_types() -> None:
    shown = json.loads(as_json(rows(*load(["--port", "5000", "--data", "/d"], {}))))
    assert shown["port"] == {"value": 5000, "from": "--port"}
    assert shown["data"] == {"value": "/d", "from": "--data"}
    assert shown["tls_cert"] == {"value": None, "from": "default"}
    assert shown["domain"] == {"value": "", "from": "default"}


def test_a_secret_is_not_printed_but_whether_it_is_set_is() -> None:
    origins = {"store_key": Origin("environment", "ENTREPOT_STORE_KEY")}
    held, unset = (rows(Held(text), origins, [SECRET]) for text in ("hunter2", ""))
    assert "hunter2" not in table(held) + as_json(held)
    assert (held[0].value, unset[0].value) == ("********", "")


def test_the_command_prints_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "--json", "--workers", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["workers"] == {"value": 2, "from": "--workers"}
    assert main(["settings"]) == 0
    assert capsys.readouterr().out.startswith("SETTING")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"entrepot {__version__}\n"


@pytest.mark.parametrize("command", ["serve", "settings"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prot", "1"], "entrepot: unknown argument --prot (did you mean --port?)\n"),
        (["--port", "x"], "entrepot: --port: 'x' is not a whole number from 0 to 65535\n"),
        (["--port"], "entrepot: argument --port: expected one argument\n"),
    ],
)
def test_a_wrong_setting_is_exit_code_2(
    command: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, *arguments]) == 2
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("arguments", [[], ["sreve"]])
def test_a_wrong_command_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("entrepot: ")


def test_help_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["serve", "--help"])
    printed = capsys.readouterr().out
    assert all(setting.flag in printed and setting.variable in printed for setting in DECLARED)
