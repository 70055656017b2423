from __future__ import annotations

import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from entrepot.errors import InvalidParameter
from entrepot.rules.paging import decode_token, encode_token, page_size

scopes = st.text(max_size=30)
positions = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30) | st.integers(-(2**63), 2**63 - 1),
    max_size=4,
)

REFUSAL = "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid next token provided'"


def assert_refused(scope: str, token: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        decode_token(scope, token)
    assert caught.value.message == REFUSAL


@given(scopes, positions)
def test_a_token_leads_back_to_its_position(scope: str, position: list[str | int]) -> None:
    token = encode_token(scope, position)
    assert decode_token(scope, token) == tuple(position)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


@given(scopes, scopes, positions)
def test_a_token_of_another_scope_is_refused(scope: str, other: str, position: list[str | int]) -> None:
    assume(scope != other)
    assert_refused(other, encode_token(scope, position))


@given(scopes, positions, st.data())
def test_a_changed_token_is_refused(scope: str, position: list[str | int], data: st.DataObject) -> None:
    token = encode_token(scope, position)
    at = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_+/= \n"))
    changed = data.draw(
        st.sampled_from([token[:at] + character + token[at + 1 :], token[:at], token[:at] + character + token[at:]])
    )
    assume(changed != token)
    assert_refused(scope, changed)


@given(scopes, st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_garbage_is_refused(scope: str, garbage: str) -> None:
    assert_refused(scope, garbage)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[true]", b"[1.5]", b"[null]", b"[[1]]", b"[1", b"[" * 5000, b"[" + b"9" * 5000 + b"]",
        b'["\xff"]',
        b"[99999999999999999999999]", b'["\\ud800"]', b"[1e400]", b"[-0]",
    ],
)  # fmt: skip
def test_content_of_the_wrong_shape_is_refused(content: bytes) -> None:
    assert_refused("scope", base64.urlsafe_b64encode(b"c" * 12 + content).rstrip(b"=").decode())


@pytest.mark.parametrize("position", [[2**63], [-(2**63) - 1], ["a\0"]])
def test_positions_that_no_database_takes_are_refused(position: list[str | int]) -> None:
    assert_refused("scope", encode_token("scope", position))


def test_overlong_tokens_are_refused() -> None:
    assert_refused("scope", encode_token("scope", ["a" * 10_000]))


@pytest.mark.parametrize(("asked", "size"), [(None, 100), (1, 1), (999, 999), (1000, 1000)])
def test_a_page_is_as_long_as_asked(asked: int | None, size: int) -> None:
    assert page_size(asked, limit=1000, default=100) == size


@pytest.mark.parametrize(
    ("asked", "words"),
    [(0, "greater than or equal to 1"), (-1, "greater than or equal to 1"), (51, "less than or equal to 50")],
)
def test_page_sizes_out_of_bounds_are_refused(asked: int, words: str) -> None:
    with pytest.raises(InvalidParameter, match=f"'maxResults' .*'Member must have value {words}'"):
        page_size(asked, limit=50, default=20)
