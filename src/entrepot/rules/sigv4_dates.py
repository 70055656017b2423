"""The two ways in which a signed request tells its time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_BASIC = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_HTTP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) (?:GMT|UTC|[+-]0000)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_date(text: str) -> datetime | None:
    """A time in ISO 8601 basic format (X-Amz-Date) or as HTTP writes it (Date, RFC 9110 section 5.6.7), in UTC."""
    basic = _BASIC.fullmatch(text)
    if basic:
        return _utc(*map(int, basic.groups()))
    http = _HTTP.fullmatch(text)
    if http and http[2] in _MONTHS:
        return _utc(int(http[3]), _MONTHS.index(http[2]) + 1, int(http[1]), *map(int, http.groups()[3:]))
    return None


def format_basic(moment: datetime) -> str:
    """ISO 8601 basic format, to the second: what is signed and what messages quote."""
    moment = moment.astimezone(UTC)
    return f"{moment.year:04}{moment:%m%dT%H%M%SZ}"


def _utc(*fields: int) -> datetime | None:
    try:
        return datetime(*fields[:3], *fields[3:6], tzinfo=UTC)
    except ValueError:
        return None
