"""Where a policy's statements stand in its text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam_positions import Span, statement_spans

STATEMENTS = st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=3), max_size=4)


def cut(text: str, span: Span) -> str:
    """What the span covers."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    first = starts[span.start.line - 1] + span.start.column - 1
    return text[first : starts[span.end.line - 1] + span.end.column - 1]


SHAPES = st.fixed_dictionaries({"indent": st.sampled_from([None, 0, 1, 3]), "ensure_ascii": st.booleans()})


@given(STATEMENTS, SHAPES, st.sampled_from([1, -1]), st.text(alphabet=" \t\r\n", max_size=3))
def test_each_statement_is_found_whole(
    statements: list[dict[str, str]], shape: dict[str, Any], order: int, space: str
) -> None:
    fields: list[tuple[str, Any]] = [("Version", "2012-10-17"), ("Id", "[{]}"), ("Statement", statements)]
    text = space + json.dumps(dict(fields[::order]), **shape) + space
    assert [json.loads(cut(text, span)) for span in statement_spans(text)] == statements


def test_a_statement_that_stands_alone() -> None:
    text = '{"Statement": {"Effect": "Allow"}}'
    (span,) = statement_spans(text)
    assert cut(text, span) == '{"Effect": "Allow"}'
    assert (span.start.line, span.start.column, span.end.column) == (1, 15, 34)
