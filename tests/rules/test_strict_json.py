from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import DomainError, ManifestInvalid
from entrepot.rules.strict_json import DEPTH_LIMIT, load_object

objects: st.SearchStrategy[Any] = st.dictionaries(
    st.text(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


@given(objects)
def test_objects_come_through_unchanged(document: dict[str, object]) -> None:
    assert load_object(json.dumps(document).encode()) == document
    assert load_object(json.dumps(document, ensure_ascii=False).encode()) == document


@given(st.binary(max_size=60) | st.text('{}[]":,\\ue19\n', max_size=40).map(str.encode))
def test_any_bytes_give_an_object_or_a_domain_error(payload: bytes) -> None:
    try:
        loaded = load_object(payload)
    except DomainError:
        return
    assert loaded == json.loads(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{", b"{}}", b"{}{}", b"][", b"{'a':1}", b'{"a":1,}', b'{"a":"\x01"}', b'{"a":\xff}', b'{"a":"\xc3"}',
        b'\xef\xbb\xbf{"a":1}', '{"a":1}'.encode("utf-16"), '{"a":1}'.encode("utf-32"), b'{"a":"\\ud800"}',
        b'{"\\udfff":1}', b'{"a":' + b"1" * 5000 + b"}", b'{"a":"x', b'{"a":"x\\',
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused_in_ecr_s_words(payload: bytes) -> None:
    with pytest.raises(ManifestInvalid, match="'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax"):
        load_object(payload)


@pytest.mark.parametrize("payload", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_the_top_level_is_an_object(payload: bytes) -> None:
    with pytest.raises(ManifestInvalid, match="must be a JSON object"):
        load_object(payload)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_lacks_are_refused(number: str) -> None:
    with pytest.raises(ManifestInvalid, match=f"{number} is not a JSON value"):
        load_object(f'{{"a":[{number}]}}'.encode())


@pytest.mark.parametrize("payload", [b'{"a":1,"a":1}', b'{"b":[{"a":1,"a":2}]}', b'{"a":1,"\\u0061":2}'])
def test_duplicate_keys_are_refused_at_any_level(payload: bytes) -> None:
    with pytest.raises(ManifestInvalid, match="duplicate key 'a'"):
        load_object(payload)


def nested(depth: int, opening: str, closing: str) -> bytes:
    return ('{"a":' + opening * (depth - 1) + "1" + closing * (depth - 1) + "}").encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('["]]]",', "]"), ('["\\"[{",', "]")])
def test_nesting_is_accepted_up_to_the_limit(opening: str, closing: str) -> None:
    load_object(nested(DEPTH_LIMIT, opening, closing))
    with pytest.raises(ManifestInvalid, match="levels deep"):
        load_object(nested(DEPTH_LIMIT + 1, opening, closing))


def test_siblings_do_not_count_as_nesting() -> None:
    for depth in (DEPTH_LIMIT, DEPTH_LIMIT + 1):
        payload = b'{"a":' + b"[[]," * (depth - 2) + b"[1]" + b"]" * (depth - 2) + b"}"
        if depth == DEPTH_LIMIT:
            load_object(payload)
        else:
            with pytest.raises(ManifestInvalid, match="levels deep"):
                load_object(payload)


def test_brackets_in_strings_are_no_nesting() -> None:
    text = "[{" * 1000 + '\\"' + "[" * 1000
    assert load_object(json.dumps({text: text}).encode()) == {text: text}


SIZE = 4 * 1024 * 1024
HOSTILE = {
    "opened": b"[" * SIZE,
    "nested": b"[" * (SIZE // 2) + b"]" * (SIZE // 2),
    "nested objects": b'{"a":' * (SIZE // 6) + b"1" + b"}" * (SIZE // 6),
    "bushy": b"[[]," * (SIZE // 5) + b"1" + b"]" * (SIZE // 5),
    "escaped quotes": b'"' + b'\\"' * (SIZE // 2 - 1),
    "backslashes": b'"' + b"\\" * (SIZE - 1),
    "quotes": b'"' * SIZE,
    "digits": b'{"a":' + b"9" * (SIZE - 6) + b"}",
}


@pytest.mark.parametrize("shape", sorted(HOSTILE))
def test_hostile_input_is_refused_in_a_moment(shape: str) -> None:
    started = time.process_time()
    with pytest.raises(ManifestInvalid):
        load_object(HOSTILE[shape])
    assert time.process_time() - started < 2
