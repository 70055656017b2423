"""The form of frames that are sealed twice, as rules: any content, any change of what is stored."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.blobs.forms import SECRET, DoubleCipher
from entrepot.blobs.frames import OVERHEAD, FrameCipher
from entrepot.errors import ContentDamaged

OBJECT = "0123456789abcdef" * 2
SECRETS = st.binary(min_size=2 * SECRET, max_size=2 * SECRET).filter(lambda both: both[:SECRET] != both[SECRET:])
INDEXES = st.integers(0, 1 << 40)
PLAIN = st.binary(max_size=300)


def sealed(plain: bytes, index: int, secret: bytes, object_id: str = OBJECT) -> bytearray:
    out = bytearray(len(plain) + 2 * OVERHEAD)
    assert DoubleCipher(object_id, secret).seal_into(index, plain, memoryview(out)) == len(out)
    return out


@given(PLAIN, INDEXES, SECRETS)
def test_a_frame_comes_back(plain: bytes, index: int, secret: bytes) -> None:
    cipher, stored = DoubleCipher(OBJECT, secret), memoryview(sealed(plain, index, secret))
    assert cipher.open(index, stored) == plain
    out = bytearray(len(plain))
    cipher.open_into(index, stored, memoryview(out))
    assert out == plain


@given(PLAIN, INDEXES, SECRETS, st.data())
def test_a_bit_that_was_changed_is_found(plain: bytes, index: int, secret: bytes, data: st.DataObject) -> None:
    stored = sealed(plain, index, secret)
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    refuse(DoubleCipher(OBJECT, secret), index, stored, len(plain))


@given(PLAIN, INDEXES, SECRETS, st.integers(0, 2 * OVERHEAD + 300))
def test_a_frame_that_was_cut_is_found(plain: bytes, index: int, secret: bytes, kept: int) -> None:
    stored = sealed(plain, index, secret)
    if kept < len(stored):
        refuse(DoubleCipher(OBJECT, secret), index, stored[:kept], len(plain))


@given(PLAIN, INDEXES, SECRETS, st.binary(min_size=SECRET, max_size=SECRET))
def test_one_key_opens_nothing(plain: bytes, index: int, secret: bytes, wrong: bytes) -> None:
    stored = sealed(plain, index, secret)
    inner, outer = secret[:SECRET], secret[SECRET:]
    for pair in (inner + wrong, wrong + outer, outer + inner, inner + inner, outer + outer):
        if pair != secret:
            refuse(DoubleCipher(OBJECT, pair), index, stored, len(plain))
    for single in (inner, outer):
        with pytest.raises(ContentDamaged):
            FrameCipher(OBJECT, single).open(index, memoryview(stored))


@given(PLAIN, INDEXES, INDEXES, SECRETS)
def test_a_frame_in_anothers_place_is_found(plain: bytes, index: int, other: int, secret: bytes) -> None:
    stored = sealed(plain, index, secret)
    refuse(DoubleCipher("f" * 32, secret), index, stored, len(plain))
    if other != index:
        refuse(DoubleCipher(OBJECT, secret), other, stored, len(plain))


def refuse(cipher: DoubleCipher, index: int, stored: bytes | bytearray, size: int) -> None:
    with pytest.raises(ContentDamaged):
        cipher.open(index, memoryview(stored))
    with pytest.raises(ContentDamaged):
        cipher.open_into(index, memoryview(stored), memoryview(bytearray(size)))


def test_the_same_content_is_never_stored_alike() -> None:
    secret = os.urandom(2 * SECRET)
    assert len({bytes(sealed(b"content", 0, secret)) for _ in range(100)}) == 100
