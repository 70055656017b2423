"""Master keys whose bytes a process holds: their names, and what they open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.adapters.master_key_raw import RawKey, key_of, read_variable
from entrepot.errors import KeyUnavailable
from entrepot.meta.data_keys import DataKeyRow
from entrepot.services.master_keys import MasterKeys

KEYS = st.binary(min_size=32, max_size=32)


@given(KEYS, KEYS, st.binary(min_size=1, max_size=64), st.binary(max_size=64))
def test_a_key_opens_what_it_wrapped_and_no_other_does(key: bytes, other: bytes, plain: bytes, context: bytes) -> None:
    mine, theirs = RawKey(key, "here"), RawKey(other, "there")
    wrapped, name = mine.wrap(plain, context)
    assert RawKey(key, "elsewhere").unwrap(wrapped, context) == plain
    assert mine.may_open(name)
    assert mine.may_open("")
    assert theirs.may_open(name) == (key == other)
    for provider, given_context in ((theirs, context), (mine, context + b"x")):
        if provider is theirs and key == other:
            continue
        with pytest.raises(KeyUnavailable) as caught:
            provider.unwrap(wrapped, given_context)
        assert caught.value.kms_error == "IncorrectKeyException"


@given(KEYS)
def test_a_name_is_of_the_key_alone_and_tells_nothing_of_it(key: bytes) -> None:
    name = RawKey(key, "a").name
    assert name == RawKey(key, "b").name
    assert name.startswith("raw:")
    assert len(name) == len("raw:") + 16
    assert name.removeprefix("raw:") not in key.hex()


def test_names_stay_as_they_are() -> None:
    """Rows have them."""
    assert RawKey(bytes(32), "").name == "raw:e1edd038f7efccaf"


@given(st.text(max_size=70))
def test_only_hexadecimal_digits_are_a_key(text: str) -> None:
    digits = len(text) == 64 and all(each in "0123456789abcdefABCDEF" for each in text)
    assert (key_of(text.encode()) is not None) == digits


def test_a_variable() -> None:
    assert read_variable("KEY", {"KEY": f" {'Ab' * 32}\n"}).name == RawKey(bytes.fromhex("ab" * 32), "").name
    with pytest.raises(KeyUnavailable, match=r"variable KEY.*is not set"):
        read_variable("KEY", {"KEY": ""})
    with pytest.raises(KeyUnavailable, match="variable KEY is not 64 hexadecimal digits") as caught:
        read_variable("KEY", {"KEY": "ab" * 31})
    assert "abab" not in str(caught.value)


def test_what_was_wrapped_before_there_were_names_is_opened_by_whichever_it_was() -> None:
    old, new = RawKey(bytes(32), "old"), RawKey(bytes([1]) * 32, "new")
    row = DataKeyRow(1, "tokens", old.wrap(b"material", b"tokens").wrapped)
    assert MasterKeys(lambda: [new, old]).unwrap(row) == b"material"
    with pytest.raises(KeyUnavailable, match="not the one that sealed"):
        MasterKeys(lambda: [new]).unwrap(row)


@pytest.mark.parametrize("first", ["unwraps", "wraps"])
def test_keys_are_read_again_before_one_wraps_and_for_a_name_that_is_not_known(first: str) -> None:
    old, new = RawKey(bytes(32), "file"), RawKey(bytes([1]) * 32, "file")
    there = [old]
    keys = MasterKeys(lambda: there)
    row = DataKeyRow(1, "tokens", *new.wrap(b"material", b"tokens"))
    there[:] = [new]
    assert (keys if first == "unwraps" else MasterKeys(lambda: there)).unwrap(row) == b"material"
    assert keys.wrap(b"material", b"tokens").master_key == new.name
    before = DataKeyRow(1, "tokens", *old.wrap(b"material", b"tokens"))
    assert keys.unwrap(before) == b"material", "a row that was read before a rotation is opened after it"
