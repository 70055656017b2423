from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import DigestInvalid
from entrepot.rules.digests import Algorithm, digest_of, is_digest, new_hasher, parse_digest
from tests.rules.strategies import digests


@given(digests)
def test_a_digest_splits_into_its_parts(digest: str) -> None:
    algorithm, encoded = parse_digest(digest)
    assert f"{algorithm}:{encoded}" == digest
    assert is_digest(digest)


@given(st.binary(max_size=200), st.sampled_from(["sha256", "sha512"]))
def test_digests_of_content_are_digests(data: bytes, algorithm: Algorithm) -> None:
    hasher = new_hasher(algorithm)
    for byte in data:
        hasher.update(bytes([byte]))
    encoded = hashlib.new(algorithm, data).hexdigest()
    assert parse_digest(digest_of(data, algorithm)) == (algorithm, encoded)
    assert hasher.hexdigest() == encoded


def test_the_algorithm_of_content_is_sha256_unless_said() -> None:
    assert digest_of(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "form algorithm:hex"),
        ("a" * 64, "form algorithm:hex"),
        ("md5:" + "a" * 32, "algorithm 'md5' is not supported"),
        ("SHA256:" + "a" * 64, "algorithm 'SHA256' is not supported"),
        (":" + "a" * 64, "algorithm '' is not supported"),
        ("sha256:" + "a" * 63, "64 hex digits in lower case"),
        ("sha256:" + "a" * 65, "64 hex digits in lower case"),
        ("sha256:" + "a" * 64 + "\n", "64 hex digits in lower case"),
        ("sha256:" + "a" * 63 + "\n", "64 hex digits in lower case"),
        ("sha256:" + "a" * 63 + "g", "64 hex digits in lower case"),
        ("sha256:" + "A" * 64, "64 hex digits in lower case"),
        ("sha256:" + "g" * 64, "64 hex digits in lower case"),
        ("sha256:" + "٣" * 64, "64 hex digits in lower case"),
        ("sha256:" + "a" * 128, "64 hex digits in lower case"),
        ("sha512:" + "a" * 64, "128 hex digits in lower case"),
        ("sha256:../" + "a" * 61, "64 hex digits in lower case"),
    ],
)
def test_what_is_wrong_with_a_digest_is_said(text: str, words: str) -> None:
    with pytest.raises(DigestInvalid, match=words):
        parse_digest(text)
    assert not is_digest(text)


def test_the_message_stays_short_for_long_input() -> None:
    for text in ("a" * 10**6, "a" * 10**6 + ":", "sha256:" + "a" * 10**6):
        with pytest.raises(DigestInvalid) as caught:
            parse_digest(text)
        assert len(str(caught.value)) < 400


@given(st.text(max_size=100))
def test_any_text_is_judged_without_other_errors(text: str) -> None:
    assert not is_digest(text) or parse_digest(text)
