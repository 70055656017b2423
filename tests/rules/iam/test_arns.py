from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.arns import arn_segments, parse_arn_pattern
from tests.rules.iam.build import HOME, repository

ARN = repository("prod/app")


def matches(pattern: str, arn: str = ARN, *, variables: bool = True, anywhere: bool = False) -> bool | None:
    values = {"aws:username": "prod", "aws:principalaccount": HOME}
    return parse_arn_pattern(pattern, variables=variables, anywhere=anywhere).matches(arn_segments(arn), values.get)


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "**",
        ARN,
        f"arn:aws:ecr:*:{HOME}:repository/prod/*",
        "arn:aws:ecr:us-east-?:*:repository/pro?/a*",
        "arn:aws:ecr:*:*:*",
        "arn:*:e*:us*1:1*1:*p?",
        f"arn:aws:ecr:us-east-1:{HOME}:*",
        "arn:aws:ecr:*",
        "arn:aws:ecr:us-*",
        "arn:*",
        "arn:aws:ecr:us-east-1:*:repository/${aws:username}/app",
        "arn:aws:ecr:us-east-1:*:repository/${aws:other, 'prod'}/*",
    ],
)
def test_patterns_that_fit(pattern: str) -> None:
    assert matches(pattern) is True


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "arn",
        "prod/app",
        "arn:aws:ecr:us-east-1",
        "arn:aws:ecr:us*:repository/prod/app",
        "arn:aws:ecr:us-*repository/prod/app",
        f"arn:aws:ecr:{HOME}:*",
        "arn:aws:ecr:*:*:repository/prod",
        "arn:aws:ecr:*:*:Repository/prod/app",
        "ARN:aws:ecr:*:*:*",
        f"arn:aws:ecr:us-east-1:{HOME}",
        "arn:aws:ecr:*app",
        "arn:aws:ecr:us-east-1:${aws:PrincipalAccount}:repository/prod/app",
    ],
)
def test_patterns_that_do_not_fit(pattern: str) -> None:
    assert matches(pattern) is False


def test_conditions_have_variables_in_every_segment() -> None:
    assert matches("arn:aws:ecr:us-east-1:${aws:PrincipalAccount}:*", anywhere=True) is True


def test_a_variable_without_a_value_decides_nothing() -> None:
    assert matches("arn:aws:ecr:us-east-1:*:repository/${aws:other}") is None
    assert matches("arn:aws:s3:us-east-1:*:repository/${aws:other}") is False
    assert matches("arn:aws:ecr:us-east-1:*:repository/${aws:other}", variables=False) is False


def test_colons_in_the_resource_are_ordinary() -> None:
    assert matches("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:us-east-1:1:log-group:x:log-stream:y") is True
    assert matches("arn:aws:logs:*:*:*:y", "arn:aws:logs:us-east-1:1:log-group:x:log-stream:y") is True
    assert matches("arn:aws:*:1:*", "arn:aws:logs:us-east-1:1:x") is False


@pytest.mark.parametrize("arn", ["*", "", "x:aws:ecr:a:b:c", "arn:aws:ecr:a:b"])
def test_what_is_no_arn_fits_the_asterisk_only(arn: str) -> None:
    assert arn_segments(arn) is None
    assert matches("*", arn) is True
    assert matches("arn:*", arn) is False
    assert matches(arn, arn) is (arn == "*")


@given(st.lists(st.text("ab1-", max_size=3), min_size=5, max_size=5), st.integers(0, 4))
def test_a_wildcard_stays_within_its_segment(texts: list[str], position: int) -> None:
    arn = ":".join(["arn", *texts])
    pattern = ["arn", *texts]
    pattern[position + 1] = "*"
    assert matches(":".join(pattern), arn) is True
    del pattern[1 if position else 2]
    assert matches(":".join([*pattern, "x"]), arn) is False
