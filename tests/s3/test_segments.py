"""Which S3 objects hold which bytes: rules without a store."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.blobs.frames import FRAME, Layout
from entrepot.blobs.s3 import PART
from entrepot.blobs.s3_segments import Segment, Segments, object_key, owner_of, staged_key
from entrepot.services.uploads import LAYER_LIMIT

MOST_PARTS = 10_000  # "Maximum number of parts per upload", the S3 user guide on multipart uploads
OBJECT = "3f" * 16

lengths = st.lists(st.integers(1, 50), max_size=6)


def made(found: list[int]) -> Segments:
    return Segments(tuple(Segment(f"k{number}", length) for number, length in enumerate(found)))


def bytes_of(segments: Segments, start: int, stop: int) -> list[tuple[str, int]]:
    return [(each.key, at) for each in segments.stretches(start, stop) for at in range(each.start, each.stop or 0)]


@given(lengths, st.integers(0, 320), st.integers(0, 320))
def test_stretches_are_a_slice(found: list[int], start: int, stop: int) -> None:
    segments = made(found)
    everything = [(each.key, at) for each in segments.parts for at in range(each.length or 0)]
    assert bytes_of(segments, start, stop) == everything[start:stop]


@given(lengths, st.integers(0, 320))
def test_a_cut_keeps_the_front(found: list[int], length: int) -> None:
    segments = made(found)
    kept = segments.cut(length)
    assert kept.length == min(length, segments.length)
    assert bytes_of(kept, 0, 1000) == bytes_of(segments, 0, length)


@given(lengths)
def test_a_checkpoint_says_all(found: list[int]) -> None:
    assert Segments.of(str(made(found))) == made(found)


def test_an_unknown_length_has_no_end() -> None:
    (found,) = Segments((Segment("k", None),)).stretches(7, 9)
    assert (found.key, found.start, found.stop) == ("k", 7, 9)


def test_keys_name_their_object() -> None:
    assert owner_of(object_key(OBJECT)) == owner_of(staged_key(OBJECT)) == OBJECT
    assert staged_key(OBJECT) != staged_key(OBJECT)
    assert owner_of("objects/3f/README.txt") is None


@pytest.mark.parametrize("size", [LAYER_LIMIT, LAYER_LIMIT - 1])
def test_the_largest_layer_fits_into_the_parts_there_are(size: int) -> None:
    """Drivers fail behind a thousand parts: https://github.com/distribution/distribution/issues/3420."""
    assert Layout(FRAME).stored_size(size) <= MOST_PARTS * PART
