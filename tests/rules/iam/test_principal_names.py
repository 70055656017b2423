"""The AWS principals in a policy's text, and nothing but them, are found and replaced."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.principal_names import UNIQUE_ID, principal_names, with_principal_names
from tests.rules.iam.build import HOME

NAMES = ["*", HOME, f"arn:aws:iam::{HOME}:user/bob", f"arn:aws:iam::{HOME}:role/ci/r", "AIDAEXAMPLE0123456789"]
ONE_OR_MORE = st.one_of(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
ELEMENTS = st.one_of(
    st.just("*"),
    st.fixed_dictionaries({}, optional={"AWS": ONE_OR_MORE, "Service": st.sampled_from(NAMES)}),
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.sampled_from([*NAMES, 'a"b', "\\"]),
        "Principal": ELEMENTS,
        "NotPrincipal": ELEMENTS,
        "Condition": st.fixed_dictionaries({"StringEquals": st.fixed_dictionaries({"AWS": ONE_OR_MORE})}),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": st.one_of(STATEMENTS, st.lists(STATEMENTS, max_size=3))}, optional={"AWS": ONE_OR_MORE}
)

REPLACEMENTS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, 'q"\\']))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def expected(document: Any, names: dict[str, str]) -> tuple[Any, list[str]]:
    """The document with its principals replaced, and the principals that it had, worked out on the values."""
    copy, found = json.loads(json.dumps(document)), []
    for statement in listed(copy["Statement"]):
        for element, named in statement.items():
            if element in ("Principal", "NotPrincipal") and isinstance(named, dict) and "AWS" in named:
                found += listed(named["AWS"])
                was_list = isinstance(named["AWS"], list)
                changed = [names.get(each, each) for each in listed(named["AWS"])]
                named["AWS"] = changed if was_list else changed[0]
    return copy, found


@given(
    DOCUMENTS, st.dictionaries(st.sampled_from(NAMES), st.sampled_from([*NAMES, 'q"\\'])), st.sampled_from([None, 2])
)
def test_only_principals_change(document: Any, names: dict[str, str], indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    changed, found = expected(document, names)
    assert principal_names(text) == found
    assert json.loads(with_principal_names(text, names)) == changed
    assert with_principal_names(text, {}) == with_principal_names(text, {name: name for name in NAMES}) == text


def test_what_is_written_in_escapes_is_found() -> None:
    text = r'{"Statement":{"\u0050rincipal":{"\u0041WS":["\u002a" , "123456789012"]},"Action":"sts:*"}}'
    assert principal_names(text) == ["*", "123456789012"]
    assert with_principal_names(text, {"123456789012": "x"}) == text.replace("123456789012", "x")


@pytest.mark.parametrize("name", ["AROAEXAMPLE0123456789", "AROAEXAMPLE0123456789:session", "AIDA0123456789ABCDEF"])
def test_ids_are_principals(name: str) -> None:
    assert re.fullmatch(UNIQUE_ID, name)
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": name}}
    (parsed,) = parse_policy(json.dumps({"Statement": statement}), "trust").statements
    assert parsed.principals
    assert parsed.principals.names == {name}
