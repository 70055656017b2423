"""The stored form, byte by byte."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.blobs.frames import FRAME, NONCE, OVERHEAD, FrameCipher, Layout
from entrepot.errors import ContentDamaged

SECRET = bytes(range(32))
NAME = "0123456789abcdef0123456789abcdef"


def sealed(cipher: FrameCipher, index: int, plain: bytes) -> memoryview:
    out = memoryview(bytearray(len(plain) + OVERHEAD + 5))
    return out[: cipher.seal_into(index, plain, out)]


def test_the_form_is_what_the_documentation_says() -> None:
    """Read with nothing but AES-GCM: what is stored today has to be readable for ever."""
    frame = sealed(FrameCipher(NAME, SECRET), 7, b"plain bytes")
    bound = b"entrepot blob 1\0" + NAME.encode() + (7).to_bytes(8, "big")
    assert AESGCM(SECRET).decrypt(frame[:12], frame[12:], bound) == b"plain bytes"
    assert len(frame) == 12 + len(b"plain bytes") + 16
    assert Layout().frame == FRAME == 1024 * 1024
    assert Layout().offset(3) == 3 * (1024 * 1024 + 28)


@settings(deadline=None)
@given(plain=st.binary(max_size=300), index=st.integers(0, 2**40))
def test_a_frame_opens(plain: bytes, index: int) -> None:
    cipher = FrameCipher(NAME, SECRET)
    frame = sealed(cipher, index, plain)
    out = bytearray(len(plain))
    cipher.open_into(index, frame, memoryview(out))
    assert cipher.open(index, frame) == bytes(out) == plain


def test_no_nonce_is_used_twice() -> None:
    cipher = FrameCipher(NAME, SECRET)
    assert len({bytes(sealed(cipher, 0, b"same")[:NONCE]) for _ in range(1000)}) == 1000


@settings(deadline=None)
@given(plain=st.binary(max_size=60), data=st.data())
def test_a_changed_bit_is_found(plain: bytes, data: st.DataObject) -> None:
    cipher = FrameCipher(NAME, SECRET)
    frame = sealed(cipher, 0, plain)
    bit = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8
    refuses(cipher, 0, frame, len(plain))


def test_a_frame_opens_in_its_own_place_only() -> None:
    frame = sealed(FrameCipher(NAME, SECRET), 1, b"plain")
    refuses(FrameCipher(NAME, SECRET), 2, frame, 5)
    refuses(FrameCipher("f" * 32, SECRET), 1, frame, 5)
    refuses(FrameCipher(NAME, os.urandom(32)), 1, frame, 5)


def test_a_frame_of_another_length_is_refused() -> None:
    cipher = FrameCipher(NAME, SECRET)
    frame = sealed(cipher, 0, b"plain")
    refuses(cipher, 0, frame[:-1], 5)
    refuses(cipher, 0, frame[:-1], 4)
    refuses(cipher, 0, frame[: OVERHEAD - 1], 0)
    refuses(cipher, 0, frame[:0], 0)


def refuses(cipher: FrameCipher, index: int, frame: memoryview, size: int) -> None:
    with pytest.raises(ContentDamaged):
        cipher.open(index, frame)
    with pytest.raises(ContentDamaged):
        cipher.open_into(index, frame, memoryview(bytearray(size)))


layouts = st.builds(Layout, st.integers(1, 50))
sizes = st.integers(0, 500)


@given(layout=layouts, size=sizes)
def test_frames_hold_each_byte_once(layout: Layout, size: int) -> None:
    frames = layout.frames(0, size)
    assert sum(layout.frame_size(index, size) for index in frames) == size
    assert sum(layout.frame_size(index, size) + OVERHEAD for index in frames) == layout.stored_size(size)
    assert layout.frame_size(frames.stop, size) == 0
    assert layout.whole_frames(size) * layout.frame + layout.rest(size) == size


@given(layout=layouts, size=sizes)
def test_frames_lie_one_behind_the_other(layout: Layout, size: int) -> None:
    position = 0
    for index in layout.frames(0, size):
        assert layout.offset(index) == position
        position += layout.frame_size(index, size) + OVERHEAD


@given(layout=layouts, start=sizes, stop=sizes)
def test_a_range_touches_the_frames_of_its_bytes(layout: Layout, start: int, stop: int) -> None:
    assert set(layout.frames(start, stop)) == {position // layout.frame for position in range(start, stop)}
