from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import DomainError, InvalidAliasName, InvalidArn, KeyNotFound, ReservedAlias, ValidationFailed
from entrepot.rules.kms_names import KeyName, check_alias_name, parse_key_name

ACCOUNT, REGION = "123456789012", "us-east-1"
KEY_IDS = st.uuids().map(str)
ALIASES = st.from_regex(r"alias/[A-Za-z0-9/_-]{1,250}", fullmatch=True)


@given(KEY_IDS, ALIASES, st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_names_and_arns_are_the_same_things(key_id: str, alias: str, other: str) -> None:
    for text, is_alias in ((key_id, False), (alias, True)):
        name = parse_key_name(text, ACCOUNT, REGION)
        assert name == KeyName(ACCOUNT, REGION, text, is_alias)
        assert parse_key_name(name.arn, other, REGION) == name
        with pytest.raises(KeyNotFound, match="Invalid arn us-east-1"):
            parse_key_name(name.arn, ACCOUNT, "eu-west-1")


@given(st.text(max_size=60) | st.from_regex(r"arn:aws:kms:us-east-1:[0-9]{11,13}:[a-z]{1,5}/.*", fullmatch=True))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        name = parse_key_name(text, ACCOUNT, REGION)
    except (InvalidArn, KeyNotFound):
        return
    assert text in {name.name, name.arn}


@pytest.mark.parametrize("text", ["", "KEY", "12345678-1234-1234-1234-12345678901", "mrk-1", " alias/x"])
def test_what_is_no_key_id(text: str) -> None:
    with pytest.raises(KeyNotFound):
        parse_key_name(text, ACCOUNT, REGION)


@given(ALIASES.filter(lambda name: not name.startswith("alias/aws/")))
def test_names_of_aliases(alias: str) -> None:
    check_alias_name(alias)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("x", ValidationFailed),
        ("Alias/x", ValidationFailed),
        ("alias/", ValidationFailed),
        ("alias/a:b", InvalidAliasName),
        ("alias/é", InvalidAliasName),
        ("alias/x\n", InvalidAliasName),
        ("alias/aws/x", ReservedAlias),
    ],
)
def test_what_no_alias_is_called(name: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        check_alias_name(name)
