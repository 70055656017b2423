"""Pages of listings that are short enough to be read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from entrepot.aws.iam.paging import Entry, Page, Position, Start, page_of


def page_through(start: Start, everything: Iterable[Entry], position: Callable[[Entry], Position]) -> Page[Entry]:
    """The page of `everything`, which need not be sorted by `position`, that begins at `start`."""
    rest = sorted((each for each in everything if position(each) > start.position), key=position)
    return page_of(start, rest, position)
