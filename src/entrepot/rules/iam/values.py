"""Values that conditions compare: numbers, points in time, networks, base64.

Each reader answers None for text that is something else.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators"; W3C NOTE-datetime, which it refers to.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{1,400})?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?)?)?"
)
_NETWORK = re.compile(r"[0-9a-fA-F.:]+(?:/[0-9]{1,3})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(text: str) -> Decimal | None:
    """An integer or decimal value."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Decimal | None:
    """Seconds since the epoch, from such a number or from one of W3C's forms of ISO 8601 (in UTC if it has no zone)."""
    found = _DATE.fullmatch(text)
    if found is None:
        return number(text)
    year, month, day, hour, minute, second = (int(found[group] or least) for group, least in _DATE_PARTS)
    try:
        date = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    since = date - _EPOCH
    offset = int(found[9] or 0) * 3600 + int(found[10] or 0) * 60
    whole = since.days * 86400 + since.seconds - (-offset if found[8] == "-" else offset)
    return whole + Decimal(found[7] or 0)


_DATE_PARTS = ((1, 1), (2, 1), (3, 1), (4, 0), (5, 0), (6, 0))


def truth(text: str) -> bool | None:
    """`true` or `false`, in any case."""
    return {"true": True, "false": False}.get(text.lower())


def address(text: str) -> IPv4Address | IPv6Address | None:
    """An IP address. One of IPv4 that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address that it means."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def network(text: str) -> IPv4Network | IPv6Network | None:
    """A range in CIDR form, or one address; bits beyond the prefix do not count."""
    if not _NETWORK.fullmatch(text):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """The bytes that base64 stands for."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
