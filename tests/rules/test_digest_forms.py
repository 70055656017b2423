"""What ECR takes for the form of a digest, against the same said in plain words."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidParameter
from entrepot.rules.digests import DIGEST_PATTERN, check_digest_form, digest_of, has_digest_form

ALGORITHM = set(string.ascii_letters + string.digits + "-_+.")
LETTERS = st.sampled_from(sorted(ALGORITHM | set("gG:é \n\0")))
TEXTS = st.one_of(st.text(), st.text(LETTERS), st.builds("{}:{}".format, st.text(LETTERS), st.text(LETTERS)))


def in_plain_words(text: str) -> bool:
    algorithm, _, encoded = text.partition(":")
    return bool(algorithm and encoded) and set(algorithm) <= ALGORITHM and set(encoded) <= set(string.hexdigits)


@given(TEXTS)
def test_the_form_is_an_algorithm_a_colon_and_hex_digits(text: str) -> None:
    assert has_digest_form(text) == in_plain_words(text)


@given(st.binary(), st.sampled_from(["sha256", "sha512"]))
def test_every_digest_has_the_form(data: bytes, algorithm: str) -> None:
    assert has_digest_form(digest_of(data, "sha256" if algorithm == "sha256" else "sha512"))


@given(TEXTS)
def test_the_check_refuses_what_has_not_the_form(text: str) -> None:
    if in_plain_words(text):
        check_digest_form(text, "imageDigest")
        return
    with pytest.raises(InvalidParameter) as caught:
        check_digest_form(text, "imageDigest")
    rule = f"must satisfy regular expression '{DIGEST_PATTERN}'"
    assert caught.value.message == f"Invalid parameter at 'imageDigest' failed to satisfy constraint: '{rule}'"
