"""Marks of database and store, moved on by processes that die anywhere, and databases that come from backups."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from entrepot.rules.pairs import Known, Mark, compare, following

marks = st.builds(Mark, st.integers(0, 10**18 - 1), st.text("0123456789abcdef", min_size=32, max_size=32))


@given(marks)
def test_a_mark_is_read_as_it_was_written(mark: Mark) -> None:
    assert Mark.of(f"{mark}\n") == mark


@given(st.text(max_size=60))
def test_anything_else_is_no_mark(text: str) -> None:
    mark = Mark.of(text)
    assert mark is None or str(mark) == text.strip()


@given(marks, marks)
def test_a_database_that_knows_nothing_beside_a_store_that_has_a_mark(mark: Mark, other: Mark) -> None:
    assert compare(None, None) == "new"
    assert compare(None, mark) == "store is newer"
    assert compare(Known(mark), None) == "store is older"
    if mark != other:
        assert compare(Known(mark), other) == ("store is newer" if other.number > mark.number else "store is older")


class Deployment(RuleBasedStateMachine):
    """The three steps of moving a mark on, each of which may be the last of its process, and backups of either side."""

    def __init__(self) -> None:
        super().__init__()
        self.known: Known | None = None
        self.stored: Mark | None = None
        self.coming: Mark | None = None
        self.ids = itertools.count(1)
        self.moves = 0
        self.databases: list[tuple[Known | None, int]] = []
        self.stores: list[tuple[Mark | None, int]] = []

    def fresh(self) -> str:
        return f"{next(self.ids):032x}"

    @rule()
    def announce(self) -> None:
        self.coming = following(self.known, self.fresh())
        known = self.known
        self.known = Known(known.agreed if known else None, self.coming, known.previous if known else None)

    @precondition(lambda self: self.coming and self.known and self.known.upcoming == self.coming)
    @rule()
    def write(self) -> None:
        self.stored = self.coming

    @precondition(lambda self: self.coming and self.stored == self.coming and self.known.upcoming == self.coming)
    @rule()
    def agree(self) -> None:
        assert self.known
        self.known = Known(self.coming, None, self.known.agreed)
        self.moves += 1
        self.coming = None

    @rule()
    def back_up(self) -> None:
        self.databases.append((self.known, self.moves))
        self.stores.append((self.stored, self.moves))

    @invariant()
    def belong_together(self) -> None:
        assert compare(self.known, self.stored) in ("together", "new")

    @invariant()
    def older_databases_are_noticed(self) -> None:
        for known, moves in self.databases:
            if self.moves > moves + 1:
                assert compare(known, self.stored) == "store is newer"

    @invariant()
    def older_stores_are_noticed(self) -> None:
        for stored, moves in self.stores:
            if self.moves > moves + 2:
                assert compare(self.known, stored) == "store is older"


TestDeployment = Deployment.TestCase
