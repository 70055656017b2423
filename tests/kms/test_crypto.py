"""Encrypt, Decrypt, ReEncrypt, and the makers of random bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ecr.lab import client, refused
from tests.kms.conftest import Vault, arn_of

CONTEXT = {"app": "shop", "env": "prod"}


def test_there_and_back(vault: Vault, key: str) -> None:
    for plain in (b"x", b"\0" * 4096, bytes(range(256))):
        made = vault.root.encrypt(KeyId=key, Plaintext=plain, EncryptionContext=CONTEXT)
        assert (made["KeyId"], made["EncryptionAlgorithm"]) == (arn_of(key), "SYMMETRIC_DEFAULT")
        assert plain not in made["CiphertextBlob"] or plain == b"x"
        backwards = dict(reversed(CONTEXT.items()))
        for named in ({}, {"KeyId": key}, {"KeyId": arn_of(key)}):
            found = vault.root.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=backwards, **named)
            assert found["Plaintext"] == plain
            assert (found["KeyId"], found["EncryptionAlgorithm"]) == (arn_of(key), "SYMMETRIC_DEFAULT")
            current = vault.root.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
            assert found["KeyMaterialId"] == current


def test_never_twice_the_same(vault: Vault, key: str) -> None:
    blobs = {vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"] for _ in range(5)}
    assert len(blobs) == 5


@pytest.mark.parametrize(
    "context",
    [{}, {"app": "shop"}, {**CONTEXT, "more": ""}, {"app": "prod", "env": "shop"}, {"APP": "shop", "env": "prod"}],
)
def test_another_context(vault: Vault, key: str, context: dict[str, str]) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    wrong = refused(vault.root.decrypt, CiphertextBlob=blob, EncryptionContext=context)
    assert wrong.code == "InvalidCiphertextException"


def test_damaged(vault: Vault, key: str) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    positions = (0, 1, 6, 22, 29, 31, 40, 55, len(blob) - 1)
    damaged = [blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :] for at in positions]
    for each in (*damaged, blob[:-1], blob[:33], blob + b"x", b"x", b"x" * 6144):
        assert refused(vault.root.decrypt, CiphertextBlob=each).code == "InvalidCiphertextException"
    assert vault.root.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_another_key(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    alias, other = f"alias/{fresh('crypto')}", vault.key()
    vault.root.create_alias(AliasName=alias, TargetKeyId=other)
    for named in (other, arn_of(other), alias):
        assert refused(vault.root.decrypt, CiphertextBlob=blob, KeyId=named).code == "IncorrectKeyException"
    vault.root.update_alias(AliasName=alias, TargetKeyId=key)
    assert vault.root.decrypt(CiphertextBlob=blob, KeyId=alias)["Plaintext"] == b"x"


def test_another_region(vault: Vault, key: str) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    abroad = client(vault.server, "kms", region="eu-west-3")
    assert refused(abroad.decrypt, CiphertextBlob=blob).code == "AccessDeniedException"


def test_keys_that_are_not_to_be_used(vault: Vault, key: str) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]

    def all_refused(code: str) -> None:
        kms: Any = vault.root
        assert refused(kms.encrypt, KeyId=key, Plaintext=b"x").code == code
        assert refused(kms.decrypt, CiphertextBlob=blob).code == code
        assert refused(kms.decrypt, CiphertextBlob=blob, KeyId=key).code == code
        assert refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256").code == code
        assert refused(kms.generate_data_key_without_plaintext, KeyId=key, KeySpec="AES_256").code == code
        assert refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other).code == code
        assert refused(kms.re_encrypt, CiphertextBlob=others, DestinationKeyId=key).code == code

    other = vault.key()
    others = vault.root.encrypt(KeyId=other, Plaintext=b"x")["CiphertextBlob"]
    vault.root.disable_key(KeyId=key)
    all_refused("DisabledException")
    vault.root.schedule_key_deletion(KeyId=key)
    all_refused("KMSInvalidStateException")
    vault.root.cancel_key_deletion(KeyId=key)
    all_refused("DisabledException")


@pytest.mark.parametrize("plain", [b"", b"x" * 4097])
def test_sizes(vault: Vault, key: str, plain: bytes) -> None:
    assert refused(vault.root.encrypt, KeyId=key, Plaintext=plain).code == "ValidationException"


def test_contexts_have_a_length(vault: Vault, key: str) -> None:
    longest = {"k" * 92: "v" * 8100}
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=longest)["CiphertextBlob"]
    assert vault.root.decrypt(CiphertextBlob=blob, EncryptionContext=longest)["Plaintext"] == b"x"
    longer = {"k" * 92: "v" * 8101}
    assert (
        refused(vault.root.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=longer).code == "ValidationException"
    )
    assert refused(vault.root.decrypt, CiphertextBlob=blob, EncryptionContext=longer).code == "ValidationException"


def test_algorithms(vault: Vault, key: str) -> None:
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x", EncryptionAlgorithm="SYMMETRIC_DEFAULT")["CiphertextBlob"]
    found = vault.root.decrypt(CiphertextBlob=blob, EncryptionAlgorithm="SYMMETRIC_DEFAULT")
    assert found["Plaintext"] == b"x"
    rsa = {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    assert refused(vault.root.encrypt, KeyId=key, Plaintext=b"x", **rsa).code == "InvalidKeyUsageException"
    assert refused(vault.root.decrypt, CiphertextBlob=blob, **rsa).code == "InvalidKeyUsageException"
    to_rsa = {"DestinationEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    wrong = refused(vault.root.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key, **to_rsa)
    assert wrong.code == "InvalidKeyUsageException"


def test_re_encrypt(vault: Vault, key: str) -> None:
    other = vault.key()
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=CONTEXT)["CiphertextBlob"]
    made = vault.root.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other,
        DestinationEncryptionContext={"moved": "yes"},
    )
    assert (made["SourceKeyId"], made["KeyId"]) == (arn_of(key), arn_of(other))
    assert made["SourceEncryptionAlgorithm"] == made["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert made["SourceKeyMaterialId"] != made["DestinationKeyMaterialId"]
    assert "Plaintext" not in made
    found = vault.root.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext={"moved": "yes"})
    assert (found["Plaintext"], found["KeyId"]) == (b"secret", arn_of(other))
    wrong = refused(vault.root.re_encrypt, CiphertextBlob=blob, DestinationKeyId=other)
    assert wrong.code == "InvalidCiphertextException"
    given = {"SourceEncryptionContext": CONTEXT, "DestinationKeyId": other, "CiphertextBlob": blob}
    assert refused(vault.root.re_encrypt, **given, SourceKeyId=other).code == "IncorrectKeyException"
    assert vault.root.re_encrypt(**given, SourceKeyId=key)["KeyId"] == arn_of(other)
    assert refused(vault.root.re_encrypt, DestinationKeyId=other).code == "ValidationException"


def test_data_keys(vault: Vault, key: str) -> None:
    for given, size in (({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024)):
        made = vault.root.generate_data_key(KeyId=key, EncryptionContext=CONTEXT, **given)
        assert len(made["Plaintext"]) == size
        found = vault.root.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
        assert found["Plaintext"] == made["Plaintext"]
        hidden = vault.root.generate_data_key_without_plaintext(KeyId=key, EncryptionContext=CONTEXT, **given)
        assert "Plaintext" not in hidden
        found = vault.root.decrypt(CiphertextBlob=hidden["CiphertextBlob"], EncryptionContext=CONTEXT)
        assert len(found["Plaintext"]) == size
        assert hidden["KeyMaterialId"] == made["KeyMaterialId"] == found["KeyMaterialId"]
    for given in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}, {"NumberOfBytes": 0}, {"NumberOfBytes": 1025}):
        assert refused(vault.root.generate_data_key, KeyId=key, **given).code == "ValidationException"


def test_random(vault: Vault) -> None:
    found = {vault.root.generate_random(NumberOfBytes=16)["Plaintext"] for _ in range(3)}
    assert len(found) == 3
    assert {len(each) for each in found} == {16}
    assert len(vault.root.generate_random(NumberOfBytes=1024)["Plaintext"]) == 1024
    for given in ({}, {"NumberOfBytes": 0}, {"NumberOfBytes": 1025}):
        assert refused(vault.root.generate_random, **given).code == "ValidationException"
    store = refused(vault.root.generate_random, NumberOfBytes=1, CustomKeyStoreId="cks-1")
    assert store.code == "UnsupportedOperationException"


def test_dry_runs(vault: Vault, key: str) -> None:
    kms: Any = vault.root
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    tried = [
        refused(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True),
        refused(kms.decrypt, CiphertextBlob=blob, DryRun=True),
        refused(kms.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key, DryRun=True),
        refused(kms.generate_data_key, KeyId=key, KeySpec="AES_256", DryRun=True),
        refused(kms.generate_data_key_without_plaintext, KeyId=key, KeySpec="AES_256", DryRun=True),
    ]
    assert {each.code for each in tried} == {"DryRunOperationException"}
    assert kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=False)["CiphertextBlob"]
    damaged = refused(kms.decrypt, CiphertextBlob=blob[:-1], DryRun=True)
    assert damaged.code == "InvalidCiphertextException"
    vault.root.disable_key(KeyId=key)
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True).code == "DisabledException"
    partly = refused(kms.decrypt, CiphertextBlob=blob, DryRun=True, DryRunModifiers=["IGNORE_CIPHERTEXT"])
    assert partly.code == "ValidationException"


def test_recipients_are_refused(vault: Vault, key: str) -> None:
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
    made = refused(vault.root.generate_data_key, KeyId=key, KeySpec="AES_256", Recipient=recipient)
    assert made.code == "ValidationException"
    found = refused(vault.root.generate_random, NumberOfBytes=1, Recipient=recipient)
    assert found.code == "UnsupportedOperationException"
