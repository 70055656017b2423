from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.values import address, binary, moment, network, number, truth


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1e3", "0x1", "1_000", "٣", "--1", "1.", ".5", "NaN", "9" * 401])
def test_not_numbers(text: str) -> None:
    assert number(text) is None


def test_numbers_are_exact() -> None:
    assert number("0.1") == Decimal("0.1")
    assert number("-007") == number("-7") == number("-7.0") == -7
    assert number("+9007199254740993") == 9007199254740993


@given(
    st.integers(-62_135_500_000, 253_402_200_000),
    st.integers(-23 * 60, 23 * 60),
)
def test_dates_are_those_of_the_calendar(seconds: int, offset: int) -> None:
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert moment(date.astimezone(timezone(timedelta(minutes=offset))).isoformat()) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:01Z", "1"),
        ("1970-01-01T00:00:01", "1"),
        ("1970-01-01T00:00:00.25Z", "0.25"),
        ("1970-01-01T00:01Z", "60"),
        ("1970-01-02", "86400"),
        ("1970-02", "2678400"),
        ("1971", "31536000"),
        ("1970-01-01T01:00:00+01:00", "0"),
        ("1969-12-31T23:00:00-01:00", "0"),
        ("1767225600", "1767225600"),
        ("1767225600.5", "1767225600.5"),
        ("-1", "-1"),
    ],
)
def test_forms_of_dates(text: str, seconds: str) -> None:
    assert moment(text) == Decimal(seconds)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "2026-01-01T25:00:00Z", "2026-1-1", "2026-01-01 00:00:00Z", "0000-01-01"],
)
def test_not_dates(text: str) -> None:
    assert moment(text) is None


def test_truth() -> None:
    assert truth("TRUE") is truth("true") is True
    assert truth("False") is False
    assert truth("1") is truth("") is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("192.0.2.7/24", "192.0.2.1", "192.0.1.7"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ("0.0.0.0/0", "255.0.0.1", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:ffff::", "2001:db9::"),
        ("2001:DB8::1", "2001:db8::1", "2001:db8::2"),
        ("::/0", "::1", "192.0.2.1"),
    ],
)
def test_networks(text: str, inside: str, outside: str) -> None:
    found = network(text)
    assert found is not None
    assert address(inside) in found
    assert address(outside) not in found


@pytest.mark.parametrize("text", ["", "x", "192.0.2.0/33", "192.0.2.0/255.255.255.0", "192.0.2", "fe80::1%eth0", "*"])
def test_not_networks(text: str) -> None:
    assert network(text) is None


def test_an_address_counts_however_it_is_written() -> None:
    assert address("::ffff:192.0.2.1") == address("192.0.2.1")
    assert address("192.0.2.1/32") is address("nobody") is None


def test_binary() -> None:
    assert binary("cHJvZA==") == b"prod"
    assert binary("cHJv ZA==") is binary("x") is binary("ü") is None
