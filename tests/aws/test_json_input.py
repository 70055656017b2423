"""Bodies that are not the JSON of a request: each an error, none a crash."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.aws.errors import Refusal
from entrepot.aws.json_input import decode_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), VALUES))
def test_objects_are_read(value: dict[str, Any]) -> None:
    assert decode_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("body", [b"", b"  \n", b"{}"])
def test_no_body_is_an_empty_object(body: bytes) -> None:
    assert decode_json(body) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b'"text"', b"1", b"{} {}", b"{'a':1}", b'{"a":1,}', b'{"a":NaN}', b'{"a":-Infinity}',
        b'{"a":1,"a":2}', b'{"b":{"a":1,"a":1}}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"), b'{"a":"\n"}', b'{"a":' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 100_000,
        b"\x00", b'{"a":"\\ud8"}',
    ],
)  # fmt: skip
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        decode_json(body)
    assert caught.value.error.code == "SerializationException"
    assert caught.value.error.status == 400


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(decode_json(body), dict)
