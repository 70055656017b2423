"""Where settings come from: flag > environment > TOML file > default. Anything unknown or invalid is an error.

An environment variable that is empty counts as not given, so that a compose file's `${PORT:-}` works.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NoReturn

from entrepot.settings import DECLARED, PREFIX, Setting, Settings, SettingsError
from entrepot.settings_values import BucketUrl

_BY_NAME = {setting.name: setting for setting in DECLARED}
_FILE_KEYS = tuple(setting.name for setting in DECLARED if setting.in_file)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from. `name` is the flag, the variable or the file's path."""

    kind: Literal["flag", "environment", "file", "default"]
    name: str

    def __str__(self) -> str:
        return self.name


_DEFAULT = Origin("default", "default")


@dataclass(frozen=True, slots=True)
class _Given:
    text: str
    origin: Origin


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises SettingsError where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        """Raises the message as SettingsError."""
        raise SettingsError(message)


def add_flags(parser: argparse.ArgumentParser, only: Collection[str] = ()) -> None:
    """Gives `parser` flags for settings, all or those that `only` names. All are text; `from_flags` reads them."""
    group = parser.add_argument_group("settings", "Each is also an environment variable and a key of the TOML file.")
    for setting in (each for each in DECLARED if not only or each.name in only):
        default = setting.default or "empty"
        text = f"{setting.help} [{setting.variable}, default: {default}]".replace("%", "%%")
        group.add_argument(setting.flag, dest=setting.name, metavar=setting.name.split("_")[-1].upper(), help=text)


def load(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[Settings, dict[str, Origin]]:
    """The settings that flags, environment, file and defaults make, and where each came from; raises SettingsError."""
    parser = Parser(prog="entrepot", add_help=False, allow_abbrev=False)
    add_flags(parser)
    known, unknown = parser.parse_known_args(argv)
    refuse_unknown_arguments(unknown)
    return from_flags(vars(known), environ)


def refuse_unknown_arguments(unknown: Sequence[str]) -> None:
    """Raises SettingsError for the first argument that nobody took."""
    if unknown:
        argument = unknown[0].partition("=")[0]
        raise SettingsError(f"unknown argument {argument}{_suggestion(argument, (s.flag for s in DECLARED))}")


def from_flags(flags: Mapping[str, object], environ: Mapping[str, str]) -> tuple[Settings, dict[str, Origin]]:
    """As `load`, from the attributes that `add_flags` makes (names of other attributes are passed over)."""
    given = _from_environment(environ) | _from_flags(flags)
    given = _from_file(given, environ) | given
    values: dict[str, Any] = {s.name: _value(s, given.get(s.name), environ) for s in DECLARED}
    origins = {s.name: given[s.name].origin if s.name in given else _DEFAULT for s in DECLARED}
    settings = Settings(**values)
    _refuse_half_of_tls(settings, origins)
    _refuse_redirects_to_a_folder(settings, origins)
    return settings, origins


def _from_flags(flags: Mapping[str, object]) -> dict[str, _Given]:
    given = (setting for setting in DECLARED if flags.get(setting.name) is not None)
    return {setting.name: _Given(str(flags[setting.name]), Origin("flag", setting.flag)) for setting in given}


def _from_environment(environ: Mapping[str, str]) -> dict[str, _Given]:
    variables = {setting.variable: setting.name for setting in DECLARED}
    for key in sorted(environ):
        if key.startswith(PREFIX) and key not in variables:
            raise SettingsError(f"unknown environment variable {key}{_suggestion(key, variables)}")
    return {
        name: _Given(environ[variable], Origin("environment", variable))
        for variable, name in variables.items()
        if environ.get(variable)
    }


def _from_file(given: Mapping[str, _Given], environ: Mapping[str, str]) -> dict[str, _Given]:
    named = _value(_BY_NAME["config"], given.get("config"), environ)
    if isinstance(named, Path):
        return _read(named)
    data = _value(_BY_NAME["data"], given.get("data"), environ)
    found = Path(str(data), "entrepot.toml")
    if not found.is_file():
        return {}
    values = _read(found)
    if "data" in values:
        raise SettingsError(f"{found}: data cannot be set in the file that was found in the data folder; use --config")
    return values


def _read(path: Path) -> dict[str, _Given]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    return {key: _Given(_toml_text(path, key, value), Origin("file", str(path))) for key, value in table.items()}


def _toml_text(path: Path, key: str, value: object) -> str:
    if key not in _FILE_KEYS:
        raise SettingsError(f"{path}: unknown key {key}{_suggestion(key, _FILE_KEYS)}")
    setting = _BY_NAME[key]
    # `type`, not isinstance: a TOML boolean is a Python int as well.
    if type(value) is not setting.kind.toml:
        wanted = {str: "a string in quotes", int: "a number", bool: "true or false"}[setting.kind.toml]
        raise SettingsError(f"{path}: {key} must be {wanted}")
    return str(value)


def _value(setting: Setting, given: _Given | None, environ: Mapping[str, str]) -> object:
    text = given.text if given else setting.locate(environ) if setting.locate else setting.default
    try:
        return setting.kind.parse(text)
    except ValueError:
        shown = "the value" if setting.secret or not setting.kind.tells else repr(text)
        where = _where(setting, given.origin if given else _DEFAULT)
        raise SettingsError(f"{where}: {shown} is not {setting.kind.says}") from None


def _where(setting: Setting, origin: Origin) -> str:
    return f"{origin}: {setting.name}" if origin.kind in {"file", "default"} else str(origin)


def _refuse_half_of_tls(settings: Settings, origins: Mapping[str, Origin]) -> None:
    halves = {"tls_cert": settings.tls_cert, "tls_key": settings.tls_key}
    present = [name for name, value in halves.items() if value]
    if len(present) == 1:
        missing = next(name for name in halves if name not in present)
        raise SettingsError(f"{present[0]} is set ({origins[present[0]]}) but {missing} is not: TLS needs both")


def _refuse_redirects_to_a_folder(settings: Settings, origins: Mapping[str, Origin]) -> None:
    if settings.blob_delivery == "redirect" and not isinstance(settings.blobs, BucketUrl):
        raise SettingsError(f"blob_delivery is redirect ({origins['blob_delivery']}) but blobs is no s3:// URL")


def _suggestion(word: str, known: Iterable[str]) -> str:
    # Case and the kind of hyphen are what people get wrong first, so they do not count as differences.
    spelled = {name.lower().replace("-", "_"): name for name in known}
    close = get_close_matches(word.lower().replace("-", "_"), list(spelled), n=1)
    return f" (did you mean {spelled[close[0]]}?)" if close else ""
