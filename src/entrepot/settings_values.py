"""The kinds of value a setting can have: how each is read from text, and what its error says.

Everything is read from text, because flags and environment variables are text; a TOML value is checked for its
TOML type first and then takes the same way. A kind's `parse` raises ValueError, whose text nobody sees: the
message is always `'value' is not <says>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PORT = r"(?::[0-9]{1,5})?"
_REGION = re.compile(_LABEL)
_ACCOUNT = re.compile(r"[0-9]{12}")
_AUTHORITY = re.compile(rf"{_LABEL}(?:\.{_LABEL})*{_PORT}")
# A libpq URI: user and password end at the only @, so that no part of a password is taken for a host and told.
_DATABASE = re.compile(r"postgres(?:ql)?://(?:[^@/?#\s]*@)?[^@/?#\s]*(?:/[^@/?#\s]*)?(?:\?[^#\s]*)?")
_ADDRESS = re.compile(r"[A-Za-z0-9._:%-]+")
_MAX_NAME = 253  # RFC 1035 section 2.3.4, without the length octets
_MAX_PORT = 65535
_MAX_DIGITS = 18
_BUCKET = re.compile(
    r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(?:/(?P<prefix>[A-Za-z0-9!_.*'()/-]{0,256}))?"
)
_ENCRYPTION = re.compile(r"AES256|none|[0-9A-Za-z][0-9A-Za-z:/_-]{7,2047}", re.ASCII)
_KEY_PLACES = {
    "env": re.compile(r"(?!ENTREPOT_)[A-Za-z_][A-Za-z0-9_]{0,254}", re.ASCII),
    "kms": re.compile(r"(?:arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:(?:key|alias)/|alias/)?[A-Za-z0-9/_-]{1,256}"),
}
_PROFILE = re.compile(r"[^\s\[\]]{0,256}")
_URL = re.compile(rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\]){_PORT}/?", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}", re.ASCII)  # RFC 6750, section 2.1
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_FRACTION = re.compile(r"[01]|[01]?\.[0-9]{1,9}", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: `says` completes the sentence "this is not ..."; `toml` is its type in a TOML file."""

    says: str
    parse: Callable[[str], object]
    toml: type[str | int | bool] = str
    tells: bool = True
    """Whether an error may repeat a wrong value: false where somebody may have put there what is secret."""


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return parse


def _or_empty(parse: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: parse(text) if text else ""


def _authority(text: str) -> str:
    host, _, port = _matching(_AUTHORITY)(text.lower()).partition(":")
    if len(host) > _MAX_NAME or (port and not 0 < int(port) <= _MAX_PORT):
        raise ValueError(text)
    return text.lower()


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError(text)
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(text) from error


def _url(text: str) -> str:
    return _matching(_URL)(text).rstrip("/")


@dataclass(frozen=True, slots=True)
class BucketUrl:
    """A bucket of a store that speaks S3, or what of it is under a prefix, which is empty or ends in a slash."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"


def _store(text: str) -> BucketUrl | Path:
    if "://" not in text:
        return _path(text)
    found = _BUCKET.fullmatch(text)
    if not found:
        raise ValueError(text)
    prefix = (found["prefix"] or "").strip("/")
    return BucketUrl(found["bucket"], f"{prefix}/" if prefix else "")


def _stores(text: str) -> tuple[BucketUrl | Path, ...]:
    return tuple(_store(part.strip()) for part in text.split(",")) if text else ()


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a master key is. `kind` is file, env or kms; `place` a path, a variable's name, or KMS's word for a key."""

    kind: str
    place: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}"


def _key_source(text: str) -> KeySource:
    kind, _, place = text.partition(":")
    if kind == "file":
        return KeySource(kind, str(_path(place)))
    if not (kind in _KEY_PLACES and _KEY_PLACES[kind].fullmatch(place)):
        raise ValueError
    return KeySource(kind, place)


def _key_sources(text: str) -> tuple[KeySource, ...]:
    return tuple(_key_source(part.strip()) for part in text.split(",")) if text else ()


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",")) if text else ()


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    named = [part.partition("=") for part in text.split(",") if part]
    if not all(_HEADER.fullmatch(name) and _HEADER_VALUE.fullmatch(value) for name, _, value in named):
        raise ValueError(text)
    return tuple((name.lower(), value) for name, _, value in named)


def _fraction(text: str) -> float:
    if not _FRACTION.fullmatch(text) or float(text) > 1:
        raise ValueError(text)
    return float(text)


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if not found:
        if text == "0":
            return timedelta()
        raise ValueError(text)
    return int(found[1]) * _UNITS[found[2]]


def duration_text(value: timedelta) -> str:
    """A duration in the largest unit that it is a whole number of, as a user would write it."""
    for letter, unit in _UNITS.items():
        if value and not value % unit:
            return f"{value // unit}{letter}"
    return f"{value // _UNITS['s']}s"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, `of_one` from 0 to 1."""

    of_one: float

    def __str__(self) -> str:
        return f"{self.of_one * 100:g}%"


def _share(text: str) -> Share:
    found = _SHARE.fullmatch(text)
    if not found or not 0 <= float(found[1]) <= 100:  # noqa: PLR2004 - per cent
        raise ValueError(text)
    return Share(float(found[1]) / 100)


def integer(low: int, high: int) -> Kind:
    """A whole number in decimal digits, from `low` to `high`."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS and low <= int(text) <= high):
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse, int)


def choice(*options: str) -> Kind:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    return Kind(f"one of {', '.join(options)}", parse)


ADDRESS = Kind("an IP address or host name", _matching(_ADDRESS))
REGION = Kind("a region name (lower-case letters, digits and hyphens)", _matching(_REGION))
ACCOUNT = Kind("an account id of 12 digits", _matching(_ACCOUNT))
AUTHORITY = Kind("a DNS name, with or without a port", _or_empty(_authority))
DATABASE = Kind("a URL that begins with postgresql://, reserved characters as %XX", _or_empty(_matching(_DATABASE)))
STORE = Kind("a folder's path or s3://bucket/prefix", lambda text: _store(text) if text else None)
STORES = Kind("a list of folders and of s3://bucket/prefix", _stores)
ENCRYPTION = Kind("AES256, none, or the id or ARN of a KMS key", _matching(_ENCRYPTION))
URL = Kind("a URL such as https://s3.example.com:9000, without a path", _or_empty(_url))
_KEY_FORMS = "file:/path, env:VARIABLE (whose name does not begin with ENTREPOT_) or kms:ID_ARN_OR_ALIAS"
KEY_SOURCE = Kind(_KEY_FORMS, lambda text: _key_source(text) if text else None, tells=False)
KEY_SOURCES = Kind(f"a list of {_KEY_FORMS}", _key_sources, tells=False)
PROFILE = Kind("the name of a profile", _matching(_PROFILE))
PATH = Kind("a path", _path)
OPTIONAL_PATH = Kind("a path", lambda text: _path(text) if text else None)
TOKEN = Kind("16 to 512 letters, digits and . _ ~ + / = -", _or_empty(_matching(_TOKEN)))
HEADERS = Kind("a list of headers such as authorization=secret,x-tenant=one", _headers)
FRACTION = Kind("a share between 0 and 1", _fraction)
NETWORKS = Kind("a list of networks such as 10.0.0.0/8,fd00::/8", _networks)
DURATION = Kind("a duration such as 90s, 30m, 12h or 7d", _duration)
TRUTH = Kind("true or false", _truth, bool)
SHARE = Kind("a share from 0% to 100%, such as 0.5%", _share)
