"""What cannot be used is an error of one line that names where it was set."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.settings import SettingsError
from entrepot.settings_sources import load


def failure(argv: list[str], environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(argv, environ or {})
    message = str(caught.value)
    assert "\n" not in message
    return message


def in_file(folder: Path, text: str) -> str:
    path = folder / "settings.toml"
    path.write_text(text)
    return failure(["--config", str(path)]).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--prot", "unknown argument --prot (did you mean --port?)"),
        ("--log_level=info", "unknown argument --log_level (did you mean --log-level?)"),
        ("--zzzzzz", "unknown argument --zzzzzz"),
        ("stray", "unknown argument stray"),
        ("--por", "unknown argument --por (did you mean --port?)"),
    ],
)
def test_unknown_flags(argument: str, message: str) -> None:
    assert failure([argument]) == message


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("ENTREPOT_PROT", "unknown environment variable ENTREPOT_PROT (did you mean ENTREPOT_PORT?)"),
        ("ENTREPOT_log_level", "unknown environment variable ENTREPOT_log_level (did you mean ENTREPOT_LOG_LEVEL?)"),
        ("ENTREPOT_", "unknown environment variable ENTREPOT_"),
    ],
)
def test_unknown_variables(variable: str, message: str) -> None:
    assert failure([], {variable: "", "OTHER_PORT": "1"}).startswith(message)


def test_other_programs_variables_are_not_ours() -> None:
    load([], {"PORT": "x", "ENTREPOTS": "y", "entrepot_port": "z"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "unknown key prot (did you mean port?)"),
        ("log-level = 'info'", "unknown key log-level (did you mean log_level?)"),
        ("config = 'x'", "unknown key config"),
        ("[server]\nport = 1", "unknown key server"),
        ("port = '1'", "port must be a number"),
        ("port = true", "port must be a number"),
        ("port = 1.0", "port must be a number"),
        ("account = 123456789012", "account must be a string in quotes"),
        ("port = 70000", "port: '70000' is not a whole number from 0 to 65535"),
        ("region = 'US'", "region: 'US' is not a region name (lower-case letters, digits and hyphens)"),
        ("port = ", "not TOML: Invalid value (at end of document)"),
        ("data = ''", "data: '' is not a path"),
    ],
)
def test_files(tmp_path: Path, text: str, message: str) -> None:
    assert in_file(tmp_path, text) == message


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe")
    assert "not TOML" in failure(["--config", str(path)])


def test_a_named_file_has_to_exist(tmp_path: Path) -> None:
    path = tmp_path / "missing.toml"
    assert failure([], {"ENTREPOT_CONFIG": str(path)}) == f"{path}: cannot be read: No such file or directory"


def test_the_file_in_the_data_folder_cannot_move_that_folder(tmp_path: Path) -> None:
    (tmp_path / "entrepot.toml").write_text('data = "/elsewhere"\n')
    assert "use --config" in failure(["--data", str(tmp_path)])


@pytest.mark.parametrize(("given", "missing"), [("tls_cert", "tls_key"), ("tls_key", "tls_cert")])
def test_half_of_tls(given: str, missing: str) -> None:
    variable = f"ENTREPOT_{given.upper()}"
    message = f"{given} is set ({variable}) but {missing} is not: TLS needs both"
    assert failure([], {variable: "/some.pem"}) == message


def test_flags_and_variables_are_named() -> None:
    assert failure(["--workers", "0"]) == "--workers: '0' is not a whole number from 1 to 256"
    assert failure([], {"ENTREPOT_LOG_LEVEL": "loud"}) == (
        "ENTREPOT_LOG_LEVEL: 'loud' is not one of debug, info, warning, error"
    )


def test_a_flag_without_its_value() -> None:
    assert failure(["--port"]) == "argument --port: expected one argument"
