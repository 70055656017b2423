"""What counts towards IAM's quotas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import LimitExceeded
from entrepot.rules.iam_limits import INLINE_POLICIES_SIZE, Kind, check_inline_size, check_quota, size_of


@given(st.text())
def test_white_space_is_free(text: str) -> None:
    assert size_of(text) == sum(character not in " \t\n\r" for character in text)
    assert size_of(f" {text}\n\t\r") == size_of(text)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_quota_can_be_used_up(count: int, limit: int) -> None:
    if count <= limit:
        check_quota("Things", count, limit)
    else:
        with pytest.raises(LimitExceeded, match=f"^Cannot exceed quota for Things: {limit}$"):
            check_quota("Things", count, limit)


@pytest.mark.parametrize("kind", INLINE_POLICIES_SIZE)
def test_inline_policies_count_together(kind: Kind) -> None:
    half = "x" * (INLINE_POLICIES_SIZE[kind] // 2)
    check_inline_size(kind, "a", {"one": half, "two": half + " " * 10})
    with pytest.raises(LimitExceeded):
        check_inline_size(kind, "a", {"one": half, "two": half + "x"})
