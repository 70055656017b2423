"""How two patterns relate: whether one takes in all of the other, and whether some text fits both.

For questions about resources that are themselves asked by pattern ("who can delete from prod/*?").
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.rules.iam.patterns import Part, Wild

Pieces = Sequence[Part]


def includes(wide: Pieces, narrow: Pieces) -> bool:
    """Whether everything that fits `narrow` fits `wide`.

    Never said where it is not so; not always where it is (`?*` takes in `*?`, but that is not seen).
    """
    narrow = characters(narrow)
    ends = [True] + [False] * len(narrow)
    for piece in characters(wide):
        ends = _past_any(ends) if piece is Wild.ANY else _past_one(ends, piece, narrow)
    return ends[-1]


def overlap(one: Pieces, other: Pieces) -> bool:
    """Whether some text fits both. A variable without a value may stand for anything."""
    first, second = ([Wild.ANY if _is_open(each) else each for each in characters(p)] for p in (one, other))
    row = _skipping([True] + [False] * len(second), second)
    for piece in first:
        row = _next_row(row, piece, second)
    return row[-1]


def characters(pieces: Pieces) -> list[Part]:
    """A pattern as single characters, wildcards and variables; `**` as one asterisk."""
    made: list[Part] = []
    for piece in pieces:
        if isinstance(piece, str):
            made.extend(piece)
        elif piece is not Wild.ANY or made[-1:] != [Wild.ANY]:
            made.append(piece)
    return made


def _past_any(ends: list[bool]) -> list[bool]:
    """Of `narrow`, everything from the first place reached on."""
    reached = False
    return [reached := reached or end for end in ends]


def _past_one(ends: list[bool], piece: Part, narrow: Pieces) -> list[bool]:
    """One character more of `narrow`, which must not be an asterisk: that could be none, or several."""
    steps = (end and _is_within(each, piece) for end, each in zip(ends, narrow, strict=False))
    return [False, *steps]


def _is_within(narrow: Part, wide: Part) -> bool:
    return narrow == wide or (wide is Wild.ONE and isinstance(narrow, str))


def _is_open(piece: Part) -> bool:
    return not isinstance(piece, str | Wild)


def _skipping(row: list[bool], second: Pieces) -> list[bool]:
    """Asterisks of the second pattern that stand for nothing."""
    for position, piece in enumerate(second):
        row[position + 1] = row[position + 1] or (row[position] and piece is Wild.ANY)
    return row


def _next_row(row: list[bool], piece: Part, second: Pieces) -> list[bool]:
    """Where in the second pattern one can be, one piece further on in the first."""
    if piece is Wild.ANY:
        return _past_any(row)
    made = [False] * len(row)
    for position, other in enumerate(second):
        if other is Wild.ANY:
            made[position] = made[position] or row[position]
        elif row[position] and (piece == other or Wild.ONE in (piece, other)):
            made[position + 1] = True
    return _skipping(made, second)
