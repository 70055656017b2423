"""The kinds of value a setting can have: how each is read from text, and what its error says.

Everything is read from text, because flags and environment variables are text; a TOML value is checked for its
TOML type first and then takes the same way. A kind's `parse` raises ValueError, whose text nobody sees: the
message is always `'value' is not <says>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PORT = r"(?::[0-9]{1,5})?"
_REGION = re.compile(_LABEL)
_ACCOUNT = re.compile(r"[0-9]{12}")
_AUTHORITY = re.compile(rf"{_LABEL}(?:\.{_LABEL})*{_PORT}")
_ADDRESS = re.compile(r"[A-Za-z0-9._:%-]+")
_MAX_NAME = 253  # RFC 1035 section 2.3.4, without the length octets
_MAX_PORT = 65535
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: `says` completes the sentence "this is not ..."; `toml` is its type in a TOML file."""

    says: str
    parse: Callable[[str], object]
    toml: type[str | int | bool] = str


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


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",")) if text else ()


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


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
PATH = Kind("a path", _path)
OPTIONAL_PATH = Kind("a path", lambda text: _path(text) if text else None)
NETWORKS = Kind("a list of networks such as 10.0.0.0/8,fd00::/8", _networks)
TRUTH = Kind("true or false", _truth, bool)
