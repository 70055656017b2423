"""Text that PostgreSQL would not take is kept all the same, and sorts as everywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.meta.text import escaped, unescaped

TEXTS = st.text(st.sampled_from("\0\1\2\3a") | st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_there_and_back(text: str) -> None:
    kept = escaped(text)
    assert kept is not None
    assert "\0" not in kept
    assert unescaped(kept) == text


@given(TEXTS, TEXTS)
def test_the_order_stays(one: str, other: str) -> None:
    kept = [(escaped(each) or "").encode() for each in (one, other)]
    assert (kept[0] < kept[1]) == (one.encode() < other.encode())
