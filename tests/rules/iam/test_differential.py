"""Our decisions against those of another implementation, on generated policies and requests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.rules.iam import corpus, oracle
from tests.rules.iam.differences import DIFFERENCES, explanation, verdict
from tests.rules.iam.generate import Generator

CASES = 20_000
SEED = int(os.environ.get("ENTREPOT_SEED", "2026"))
EXAMPLES = corpus.load()


@pytest.mark.slow
def test_every_difference_is_explained(tmp_path: Path) -> None:
    generator = Generator(SEED)
    cases = [generator.case() for _ in range(CASES)]
    answers = oracle.ask(cases, tmp_path)
    assert len(answers) == CASES
    assert [each for each in answers if "error" in each or each.get("ignored")] == []
    other = [
        (case, each["result"]) for case, each in zip(cases, answers, strict=True) if each["result"] != verdict(case)
    ]
    unexplained = [case for case, theirs in other if explanation(case, theirs) is None]
    assert unexplained[:3] == []
    # Explanations that reached further than they should would hide what this test is for.
    assert len(other) < CASES * 0.04
    for result in ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied"):
        assert sum(each["result"] == result for each in answers) > CASES * 0.1


def test_the_oracle_still_differs_where_it_is_known_to(tmp_path: Path) -> None:
    answers = oracle.ask([each.case for each in EXAMPLES], tmp_path)
    assert [each["result"] for each in answers] == [each.theirs for each in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.difference)
def test_known_differences_have_their_explanation(example: corpus.Example) -> None:
    assert verdict(example.case) == example.ours != example.theirs
    assert explanation(example.case, example.theirs) == (example.difference,)


def test_every_difference_has_examples_and_a_reason() -> None:
    assert {each.difference for each in EXAMPLES} == set(DIFFERENCES)
    page = Path(__file__).with_name("differences.md").read_text()
    assert [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")] == list(DIFFERENCES)
