"""ARNs and patterns of them, compared segment by segment.

Sources: IAM User Guide, "Using wildcards in resource ARNs" (a wildcard stays within its segment; an asterisk at the
very end of a pattern reaches over the rest) and "Amazon Resource Name (ARN) condition operators" (six components,
each checked separately).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from entrepot.rules.iam.patterns import Lookup, Part, Pattern, Variable, Wild, parse_parts, pattern_of, split_parts

SEGMENTS = 6
"""arn, partition, service, region, account, and the resource, in which colons are ordinary characters."""

Segments = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """A pattern of ARNs. `anything` is a lone asterisk; `open_end` one that ends before the resource segment.

    `telling` are the segments that not everything fits, with their positions, those that tell most first.
    """

    written: str
    parts: tuple[Part, ...]
    segments: tuple[Pattern, ...]
    anything: bool
    open_end: bool
    telling: tuple[tuple[int, Pattern], ...] = field(compare=False, repr=False)

    def matches(self, segments: Segments | None, lookup: Lookup) -> bool | None:
        """Whether an ARN fits, given by its segments; None where that hangs on a variable without a value.

        Something that is no ARN has no segments and fits only the lone asterisk.
        """
        if self.anything:
            return True
        if segments is None or not (self.open_end or self.is_whole):
            return False
        decided: bool | None = True
        for position, pattern in self.telling:
            fits = pattern.matches(segments[position], lookup)
            if fits is False:
                return False
            decided = decided and fits
        return decided

    @property
    def is_whole(self) -> bool:
        """Whether it has all the segments of an ARN."""
        return len(self.segments) == SEGMENTS


def parse_arn_pattern(text: str, *, variables: bool, anywhere: bool = True) -> ArnPattern:
    """Reads a pattern; any text will do, but one that is neither an asterisk nor like an ARN fits nothing.

    Where variables may not stand `anywhere`, they do so in the resource segment only.
    """
    parts = tuple(parse_parts(text, wildcards=True, variables=variables))
    pieces = split_parts(parts, ":", SEGMENTS - 1)
    if not anywhere:
        pieces[: SEGMENTS - 1] = [_without_variables(piece) for piece in pieces[: SEGMENTS - 1]]
    segments = tuple(pattern_of(piece) for piece in pieces)
    telling = [(position, each) for position, each in enumerate(segments) if not _is_anything(each.parts)]
    return ArnPattern(
        written=text,
        parts=parts,
        segments=segments,
        anything=_is_anything(parts),
        open_end=len(segments) < SEGMENTS and bool(parts) and parts[-1] is Wild.ANY,
        telling=tuple(reversed(telling)),
    )


def arn_segments(text: str) -> Segments | None:
    """The six segments of an ARN, or None for text that is not one."""
    segments = tuple(text.split(":", SEGMENTS - 1))
    return segments if len(segments) == SEGMENTS and segments[0] == "arn" else None


def has_early_variable(pattern: ArnPattern) -> bool:
    """Whether a variable is written before the fifth colon, where a Resource element has none."""
    pieces = split_parts(pattern.parts, ":", SEGMENTS - 1)[: SEGMENTS - 1]
    return any(isinstance(part, Variable) for piece in pieces for part in piece)


def _without_variables(parts: Iterable[Part]) -> list[Part]:
    """Variables as the text that they are written in, which no segment of an ARN is."""
    return [f"${{{part.key}}}" if isinstance(part, Variable) else part for part in parts]


def _is_anything(parts: Iterable[Part]) -> bool:
    known = list(parts)
    return bool(known) and all(part is Wild.ANY for part in known)
