"""The format of ciphertexts: whatever goes in comes out again, and nothing else ever does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import ContentDamaged, InvalidCiphertext, ValidationFailed
from entrepot.ports import DataKey
from entrepot.rules.kms_ciphertexts import SALT, Ciphertext, check_context, read
from entrepot.services.sealing import message_key, seal, unseal
from tests.kms.conftest import arn_of
from tests.kms.world import World

KEY_ID = "0a1b2c3d-4e5f-4678-9abc-def012345678"
MATERIAL = DataKey(1, bytes(range(32)))
CONTEXTS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)
CIPHERTEXTS = st.builds(
    Ciphertext,
    account=st.from_regex(r"[0-9]{12}", fullmatch=True),
    key_id=st.uuids().map(str),
    material=st.integers(0, 2**64 - 1),
    salt=st.binary(min_size=SALT, max_size=SALT),
    rest=st.binary(max_size=40),
)


def sealed(plain: bytes, context: dict[str, str], salt: bytes = b"s" * SALT) -> bytes:
    bare = Ciphertext("123456789012", KEY_ID, 7, salt, b"")
    rest = seal(message_key(MATERIAL, salt), plain, bare.associated(arn_of(KEY_ID), context))
    return Ciphertext("123456789012", KEY_ID, 7, salt, rest).written()


def opened(blob: bytes, context: dict[str, str], arn: str = arn_of(KEY_ID)) -> bytes:
    found = read(blob)
    return unseal(message_key(MATERIAL, found.salt), found.rest, found.associated(arn, context))


@given(CIPHERTEXTS)
def test_read_as_it_was_written(ciphertext: Ciphertext) -> None:
    assert read(ciphertext.written()) == ciphertext


@given(st.binary(min_size=1, max_size=200), CONTEXTS, st.randoms())
def test_round_trip_in_any_order(plain: bytes, context: dict[str, str], random: object) -> None:
    blob = sealed(plain, context)
    assert len(blob) == len(plain) + 78
    pairs = list(context.items())
    random.shuffle(pairs)  # pyright: ignore[reportAttributeAccessIssue]
    assert opened(blob, dict(pairs)) == plain
    with pytest.raises(ContentDamaged):
        opened(blob, context, arn_of(KEY_ID, "210987654321"))


@given(CONTEXTS, CONTEXTS)
def test_contexts_are_never_taken_for_each_other(one: dict[str, str], other: dict[str, str]) -> None:
    ciphertext = Ciphertext("123456789012", KEY_ID, 7, b"s" * SALT, b"")
    same = ciphertext.associated("arn", one) == ciphertext.associated("arn", other)
    assert same == (one == other)


def test_pairs_that_look_alike() -> None:
    ciphertext = Ciphertext("123456789012", KEY_ID, 7, b"s" * SALT, b"")
    alike = [{"a": "bc"}, {"ab": "c"}, {"a": "b", "c": ""}, {"": "abc"}, {"abc": ""}, {"a": "", "bc": ""}, {}]
    assert len({ciphertext.associated("arn", each) for each in alike}) == len(alike)


def test_every_flipped_bit_is_noticed() -> None:
    blob = sealed(b"secret", {"app": "shop"})
    assert opened(blob, {"app": "shop"}) == b"secret"
    for bit in range(len(blob) * 8):
        damaged = bytearray(blob)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises((InvalidCiphertext, ContentDamaged)):
            opened(bytes(damaged), {"app": "shop"})


@given(st.binary(max_size=120))
def test_what_is_none_of_ours(blob: bytes) -> None:
    with pytest.raises((InvalidCiphertext, ContentDamaged)):
        opened(blob, {})


def test_the_length_of_contexts() -> None:
    check_context({"é" * 2000: "é" * 2096})
    with pytest.raises(ValidationFailed):
        check_context({"é" * 2000: "é" * 2096 + "x"})


def test_nothing_that_kms_encrypts_opens_as_one_of_our_own(kms: World) -> None:
    """Material is for KMS alone: neither by the id in a token nor as what wraps data keys does it open a ciphertext."""
    row = kms.create()
    blob = kms.encrypt(row.key_id, b"x" * 32)
    found = read(blob)
    with pytest.raises(LookupError):
        kms.run(kms.app.keyring.by_id(found.material))
    material = kms.run(kms.app.keyring.material(row.id))
    for purpose in (b"", b"registry/123456789012/us-east-1", found.head, found.associated(row.arn, {})):
        with pytest.raises(ContentDamaged):
            unseal(material, found.rest, purpose)


@given(st.integers(0, 2**64 - 1), st.uuids().map(str), st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_the_head_is_authenticated_and_not_only_checked(material: int, key_id: str, account: str) -> None:
    """Anyone can compute the check of a head of their own."""
    blob = sealed(b"secret", {})
    whole = read(blob)
    changes: list[dict[str, Any]] = [
        {"material": material},
        {"key_id": key_id},
        {"account": account},
        {"salt": b"t" * SALT},
    ]
    for change in (*changes, {"salt": b"t" * SALT}):
        forged = replace(whole, **change)
        if forged != whole:
            with pytest.raises(ContentDamaged):
                opened(forged.written(), {})
