"""The kinds of value that limits have: sizes, numbers that may be left out, and rates of requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from entrepot.settings_values import Kind

MOST = (1 << 63) - 1
"""What a quota can be at the most: the tables hold it as a signed integer of 64 bits."""

THOUSAND = 1_000
UNAUTHENTICATED = "unauthenticated"
ECR = "ecr"

_NO_LIMIT = frozenset({"", "none"})
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SIZE = re.compile(r"([0-9]{1,19})(B|[KMGTP]iB)?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_OPERATION = re.compile(r"(?:[a-z-]{2,32}:)?(?:[A-Z][A-Za-z0-9]{1,127}|\*)|unauthenticated", re.ASCII)
_RATE = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)(?::([0-9]{1,9}))?", re.ASCII)
_LEAST_BURST = 10


@dataclass(frozen=True, slots=True)
class RateText:
    """One entry of the setting rate_limits. `operation` is a name, `*`, `service:name`, `service:*`, `unauthenticated`.

    `thousandths` is how many thousandths of a request a second allows, `burst` how many requests at once.
    """

    operation: str
    thousandths: int
    burst: int

    def __str__(self) -> str:
        rate = Decimal(self.thousandths) / THOUSAND
        return f"{self.operation}={rate.normalize():f}:{self.burst}"


def size(text: str) -> int:
    """Bytes, such as 500GiB or 1048576. Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError(text)
    value = int(found[1]) << (10 * _UNITS.index(found[2] or "B"))
    if value > MOST:
        raise ValueError(text)
    return value


def size_text(value: int) -> str:
    """A size in the largest unit that it is a whole number of, as a user would write it."""
    power = 0
    while value and not value % 1024 and power < len(_UNITS) - 1:
        value, power = value // 1024, power + 1
    return f"{value}{_UNITS[power]}"


def number(text: str) -> int:
    """A whole number in decimal digits. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def rates(text: str) -> tuple[str | RateText, ...]:
    """The entries of rate_limits in their order; `ecr` stands for ECR's own. Raises ValueError."""
    entries = tuple(_entry(part.strip()) for part in text.split(",")) if text.strip() else ()
    names = [ECR if isinstance(each, str) else each.operation for each in entries]
    if len(set(names)) != len(names):
        raise ValueError(text)
    return entries


def _entry(text: str) -> str | RateText:
    if text == ECR:
        return ECR
    name, equals, rate = text.partition("=")
    found = _RATE.fullmatch(rate)
    if not equals or not _OPERATION.fullmatch(name) or not found:
        raise ValueError(text)
    thousandths = int(Decimal(found[1]) * THOUSAND)
    burst = int(found[2]) if found[2] else max(1, thousandths // THOUSAND)
    # Less than a tenth of a second's worth would fill up, and run over, before a process came to draw on it.
    if thousandths == 0 or burst == 0 or burst * THOUSAND * _LEAST_BURST < thousandths:
        raise ValueError(text)
    return RateText(name, thousandths, burst)


SIZE = Kind("a size such as 500GiB, or none", lambda text: None if text in _NO_LIMIT else size(text))
NUMBER = Kind("a whole number, or none", lambda text: None if text in _NO_LIMIT else number(text))
RATES = Kind(
    "'ecr', or a list such as PutImage=10,BatchGetImage=2000:4000,*=100 (requests a second, and a burst of a tenth of "
    "that at least)",
    rates,
)
