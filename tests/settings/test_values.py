"""Each kind of value takes what it should and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.settings import Settings
from entrepot.settings_values import ACCOUNT, ADDRESS, AUTHORITY, OPTIONAL_PATH, PATH, REGION, Kind, choice, integer

GOOD: list[tuple[Kind, str, object]] = [
    (ACCOUNT, "000000000000", "000000000000"),
    (ADDRESS, "::", "::"),
    (ADDRESS, "fe80::1%eth0", "fe80::1%eth0"),
    (ADDRESS, "localhost", "localhost"),
    (AUTHORITY, "", ""),
    (AUTHORITY, "Registry.Example.Test", "registry.example.test"),
    (AUTHORITY, "a:65535", "a:65535"),
    (OPTIONAL_PATH, "", None),
    (PATH, "/a/b", Path("/a/b")),
    (REGION, "us-gov-west-1", "us-gov-west-1"),
    (REGION, "local", "local"),
]
BAD = {
    ACCOUNT: ["", "12345678901", "1234567890123", "12345678901a", "١٢٣٤٥٦٧٨٩٠١٢", "123456789012\n"],
    ADDRESS: ["", "a b", "http://a", "a/b", "a\n"],
    AUTHORITY: ["a:0", "a:65536", "a:", "-a", "a..b", "a/b", "https://a", "a_b", f"{'a.' * 127}ab"],
    PATH: ["", "a\0b"],
    REGION: ["", "US", "-a", "a-", "a_b", "a.b", "a" * 64],
}


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_taken(kind: Kind, text: str, value: object) -> None:
    assert kind.parse(text) == value


@pytest.mark.parametrize("kind", BAD, ids=lambda kind: kind.says)
def test_refused(kind: Kind) -> None:
    for text in BAD[kind]:
        with pytest.raises(ValueError, match=r"[\s\S]*"):
            kind.parse(text)


@given(low=st.integers(0, 1000), span=st.integers(0, 1000), value=st.integers(-2000, 3000))
def test_integers_lie_between_their_bounds(low: int, span: int, value: int) -> None:
    kind = integer(low, low + span)
    if low <= value <= low + span:
        assert kind.parse(str(value)) == value
    else:
        with pytest.raises(ValueError, match=str(value)):
            kind.parse(str(value))


@given(st.text().filter(lambda text: not (text.isascii() and text.isdecimal())))
def test_integers_are_decimal_digits_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\s\S]*"):
        integer(0, 10**17).parse(text)


@given(st.text())
def test_choices(text: str) -> None:
    options = ("auto", "text")
    if text in options:
        assert choice(*options).parse(text) == text
    else:
        with pytest.raises(ValueError, match=r"[\s\S]*"):
            choice(*options).parse(text)


def test_paths_are_absolute_and_know_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    assert PATH.parse("a/b") == tmp_path / "a/b"
    assert PATH.parse("~/a") == Path("/home/someone/a")
    with pytest.raises(ValueError, match="no-such-user"):
        PATH.parse("~no-such-user/a")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("::", "http://[::1]:5000"),
        ("::1", "http://[::1]:5000"),
        ("box", "http://box:5000"),
    ],
)
def test_the_url_is_one_that_a_client_here_can_use(host: str, url: str) -> None:
    assert Settings(data=Path("/d"), host=host, port=5000).url == url


def test_what_clients_are_told() -> None:
    plain = Settings(data=Path("/d"), port=5000)
    assert (plain.public_host, plain.scheme) == ("localhost:5000", "http")
    named = Settings(data=Path("/d"), hostname="r.example.test", tls_cert=Path("/c"), tls_key=Path("/k"))
    assert (named.public_host, named.scheme) == ("r.example.test", "https")
