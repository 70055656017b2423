from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entrepot.errors import DomainError, InvalidParameter, RangeNotSatisfiable
from entrepot.rules.ranges import ByteRange, etag_matches, parse_content_range, parse_range, range_applies

ETAG = '"sha256:' + "a" * 64 + '"'

sizes = st.integers(0, 30)
bounds = st.integers(0, 40)


def answer(header: str, content: bytes) -> bytes | None:
    """The bytes sent for a range, all of them where it is ignored, None where it is refused."""
    try:
        found = parse_range(header, len(content))
    except RangeNotSatisfiable:
        return None
    return content if found is None else content[found.start : found.stop]


@given(sizes, bounds, bounds)
def test_a_range_is_a_slice(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    assert answer(f"bytes={first}-{last}", content) == (content[first : last + 1] or None)


@given(sizes, bounds)
def test_an_open_range_goes_to_the_end(size: int, first: int) -> None:
    content = bytes(range(size))
    assert answer(f"bytes={first}-", content) == (content[first:] or None)


@given(sizes, bounds)
@example(0, 0)
@example(0, 1)
def test_a_suffix_range_is_the_end(size: int, length: int) -> None:
    content = bytes(range(size))
    assert answer(f"bytes=-{length}", content) == (content[-length:] if length else None)


@given(st.text(max_size=20) | st.from_regex(r"\A(bytes|BYTES|items)=[0-9]{0,25}-[0-9]{0,25}(,[0-9]-)?\Z"), sizes)
def test_any_field_gives_a_range_within_the_content_or_a_domain_error(header: str, size: int) -> None:
    try:
        found = parse_range(header, size)
    except DomainError:
        return
    assert found is None or 0 <= found.start < found.stop <= size


@pytest.mark.parametrize(
    "header",
    [
        None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "0-1",
        "bytes=0-1;q=1",
        "bytes=+0-1", "bytes=0x0-1", "bytes=\u0660-1", "bytes=0-1\n", "bytes=0 -1",
        "bytes=" + "9" * 5000 + "-", "bytes 0-1",
    ],
)  # fmt: skip
def test_what_is_no_single_range_is_ignored(header: str | None) -> None:
    assert parse_range(header, 10) is None


def test_the_unit_s_case_and_blanks_do_not_count() -> None:
    assert parse_range(" Bytes= 2-3 ", 10) == ByteRange(2, 4)


def test_a_range_tells_its_length_and_its_field() -> None:
    found = parse_range("bytes=2-99", 10)
    assert found is not None
    assert found.length == 8
    assert found.content_range(10) == "bytes 2-9/10"


@pytest.mark.parametrize(
    "header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=5-4", "bytes=5-0", "bytes=9999999999999999999-"]
)
def test_ranges_behind_the_end_or_backwards_are_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        parse_range(header, 10)
    assert caught.value.size == 10


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_content_ranges_of_oci_and_of_http_mean_the_same(first: int, more: int) -> None:
    last = first + more
    for form in ("{0}-{1}", "bytes {0}-{1}/*", "bytes {0}-{1}/{2}", "{0}-{1}/{2}", "bytes {0}-{1}", " {0}-{1} "):
        assert parse_content_range(form.format(first, last, last + 1)) == (first, last)


@pytest.mark.parametrize(
    "header",
    [
        "", "-", "0", "0-", "-5", "5-4", "a-b", "0-1,2-3", "bytes 0-9/9", "bytes 0-9/", "bytes */10", "bytes=0-1",
        "0 - 1",
        "0-1\n", "\u0660-1", "-1-2", "0-" + "9" * 5000, "items 0-1/*",
    ],
)  # fmt: skip
def test_content_ranges_that_are_none_are_refused(header: str) -> None:
    with pytest.raises(InvalidParameter, match="Content-Range"):
        parse_content_range(header)


@given(st.text(max_size=30))
def test_any_content_range_is_ordered_or_refused(header: str) -> None:
    try:
        first, last = parse_content_range(header)
    except InvalidParameter:
        return
    assert 0 <= first <= last


@pytest.mark.parametrize(
    "header", [ETAG, f"W/{ETAG}", "*", f'"x", {ETAG}', f'W/"x" ,W/{ETAG}', ETAG.strip('"'), f" {ETAG} "]
)
def test_etags_that_name_the_content(header: str) -> None:
    assert etag_matches(header, ETAG)


@pytest.mark.parametrize("header", [None, "", '"x"', "W/", ETAG[:-2] + '"', ETAG.upper(), f'"{ETAG}"'])
def test_etags_that_do_not(header: str | None) -> None:
    assert not etag_matches(header, ETAG)


@pytest.mark.parametrize(
    ("header", "applies"),
    [
        (None, True),
        (ETAG, True),
        (f"W/{ETAG}", False),
        ('"x"', False),
        ("Wed, 21 Oct 2026 07:28:00 GMT", False),
        ("*", False),
    ],
)
def test_a_range_counts_only_for_the_same_content(header: str | None, applies: bool) -> None:  # noqa: FBT001
    assert range_applies(header, ETAG) is applies
