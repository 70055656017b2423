"""The model's expressions: Java's meaning, and no input that makes one slow."""

from __future__ import annotations

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.aws.patterns import _EQUIVALENT, compile_pattern
from tests.aws.models import ECR, IAM

PATTERNS = sorted({shape.pattern for model in (ECR, IAM) for shape in model.shapes.values() if shape.pattern})
OF_TAGS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+"
ATTACKS = ["a" * 255 + "!", "a-" * 127 + "!", "a/" * 127 + "!", "a__" * 85 + "!", "-" * 255, "arn:aws-" * 30 + "!",
           "a/" * 127, "." * 255, "0" * 255 + ":", "_" * 255 + "a!", "a" + "-" * 254]  # fmt: skip


@pytest.mark.parametrize("pattern", [each for each in _EQUIVALENT if r"\p{" not in each])
@given(st.text("a*._-/B", max_size=8))
def test_an_equivalent_is_one(pattern: str, text: str) -> None:
    assert bool(compile_pattern(pattern).fullmatch(text)) == bool(re.fullmatch(pattern, text))


def test_the_characters_of_tags_are_unicodes_letters_separators_and_numbers() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    expected = {each for each in every if unicodedata.category(each)[0] in "LZN"} | set("_.:/=+-@")
    assert set("".join(compile_pattern(OF_TAGS).findall(every))) == expected


def test_every_equivalent_is_in_use() -> None:
    assert set(_EQUIVALENT) <= set(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_input_takes_long(pattern: str) -> None:
    expression = compile_pattern(pattern)
    began = time.process_time()
    for attack in ATTACKS:
        expression.fullmatch(attack)
    assert time.process_time() - began < 0.5


def test_classes_are_ascii_and_the_whole_text_counts() -> None:
    assert not compile_pattern(r"\w+").fullmatch("\u00e9")
    assert not compile_pattern(r"^a$").fullmatch("a\n")


def test_what_python_does_not_take_fails_at_start() -> None:
    with pytest.raises(re.error):
        compile_pattern(r"[\p{L}]+")
