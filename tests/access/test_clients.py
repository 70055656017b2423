"""Who is at the other end: what proxies say counts only where they are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from entrepot.context import App, Client
from entrepot.fronts.clients import client_of


@dataclass
class Trusting:
    """As much of an App as the question needs."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]


def ask(peer: str | None, headers: dict[str, str], *trusted: str, scheme: str = "http") -> Client:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw, "scheme": scheme,
        "server": ("localhost", 80), "client": (peer, 1) if peer else None,
    }  # fmt: skip
    app = Trusting(tuple(ip_network(each) for each in trusted))
    return client_of(cast("App", app), Request(scope))


SPOOFED = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Entrepot-Endpoint": "vpce-1"}


def test_a_stranger_says_nothing_of_itself() -> None:
    for trusted in ((), ("10.0.0.0/8",)):
        assert ask("198.51.100.1", SPOOFED, *trusted) == Client("198.51.100.1", secure=False)


def test_a_proxy_speaks_for_its_client() -> None:
    assert ask("10.0.0.1", SPOOFED, "10.0.0.0/8") == Client("192.0.2.1", secure=True, endpoint="vpce-1")


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("192.0.2.1, junk, 10.0.0.2", "10.0.0.2"),
        ("junk", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_nearest_address_that_is_not_a_proxys(forwarded: str, expected: str) -> None:
    assert ask("10.0.0.1", {"X-Forwarded-For": forwarded}, "10.0.0.0/8").source_ip == expected


def test_ipv4_written_as_ipv6_is_ipv4() -> None:
    assert ask("::ffff:10.0.0.1", SPOOFED, "10.0.0.0/8").source_ip == "192.0.2.1"


def test_without_a_proxy_the_connection_counts() -> None:
    assert ask("192.0.2.1", {"User-Agent": "docker/29"}, scheme="https") == Client(
        "192.0.2.1", secure=True, user_agent="docker/29"
    )
    assert ask(None, {}) == Client()


@given(st.lists(st.ip_addresses(v=4), min_size=1, max_size=5), st.text(max_size=20))
def test_what_is_left_of_a_stranger_never_counts(chain: list[object], left: str) -> None:
    written = ", ".join(map(str, chain))
    spoofed = f"{left.encode('ascii', 'replace').decode()}, {written}"
    plain = ask("10.0.0.1", {"X-Forwarded-For": written}, "10.0.0.0/8").source_ip
    if any(not str(each).startswith("10.") for each in chain):
        assert ask("10.0.0.1", {"X-Forwarded-For": spoofed}, "10.0.0.0/8").source_ip == plain
