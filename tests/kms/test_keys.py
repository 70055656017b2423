"""Keys: what is created, shown, listed and changed, and what is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ecr.lab import Refused, client, refused
from tests.kms.conftest import HOME, REGION, Vault, arn_of

ABSENT = "12345678-1234-4234-8234-123456789012"


def test_a_new_key(vault: Vault) -> None:
    before = time.time()
    made = vault.root.create_key(Description="of tests")["KeyMetadata"]
    created, material = made.pop("CreationDate"), made.pop("CurrentKeyMaterialId")
    assert before - 1 <= created.timestamp() <= time.time() + 1
    assert re.fullmatch(r"[0-9a-f]{64}", material)
    assert made == {
        "AWSAccountId": HOME,
        "KeyId": made["KeyId"],
        "Arn": arn_of(made["KeyId"]),
        "Enabled": True,
        "Description": "of tests",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    shown = vault.root.describe_key(KeyId=made["KeyId"])["KeyMetadata"]
    assert shown == {**made, "CreationDate": created, "CurrentKeyMaterialId": material}
    assert vault.root.describe_key(KeyId=made["Arn"])["KeyMetadata"] == shown


def test_what_a_symmetric_key_can_be_called(vault: Vault) -> None:
    given = {"KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": False}
    for spec in ("KeySpec", "CustomerMasterKeySpec"):
        made = vault.root.create_key(**given, **{spec: "SYMMETRIC_DEFAULT"})["KeyMetadata"]
        assert made["KeySpec"] == "SYMMETRIC_DEFAULT"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        ({"CustomerMasterKeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}, "UnsupportedOperationException"),
        ({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, "UnsupportedOperationException"),
        ({"Origin": "EXTERNAL"}, "UnsupportedOperationException"),
        ({"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1"}, "UnsupportedOperationException"),
        ({"CustomKeyStoreId": "cks-1"}, "UnsupportedOperationException"),
        ({"XksKeyId": "x"}, "UnsupportedOperationException"),
        ({"MultiRegion": True}, "UnsupportedOperationException"),
        ({"KeyUsage": "SIGN_VERIFY"}, "ValidationException"),
        ({"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"}, "ValidationException"),
        ({"KeySpec": "AES_512"}, "ValidationException"),
        ({"Description": "x" * 8193}, "ValidationException"),
    ],
)
def test_other_kinds_are_refused(vault: Vault, given: dict[str, Any], code: str) -> None:
    assert refused(vault.root.create_key, **given).code == code


def test_constraints_are_told_in_aws_words(vault: Vault) -> None:
    found = refused(vault.root.create_key, KeySpec="AES_512")
    assert found.message.startswith(
        "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )
    assert refused(vault.root.describe_key).message.startswith("1 validation error detected: Value null at 'keyId'")


@pytest.mark.parametrize(
    ("key_id", "message"),
    [
        (ABSENT, f"Key '{arn_of(ABSENT)}' does not exist"),
        (arn_of(ABSENT), f"Key '{arn_of(ABSENT)}' does not exist"),
        ("alias/absent", f"Alias arn:aws:kms:{REGION}:{HOME}:alias/absent is not found."),
        (f"arn:aws:kms:{REGION}:{HOME}:alias/absent", f"Alias arn:aws:kms:{REGION}:{HOME}:alias/absent is not found."),
        ("nothing", "Invalid keyId 'nothing'"),
        (ABSENT.upper().replace("1", "A"), f"Invalid keyId '{ABSENT.upper().replace('1', 'A')}'"),
        (arn_of(ABSENT, region="eu-west-1"), "Invalid arn eu-west-1"),
        (arn_of("mrk-1"), "Invalid keyId 'mrk-1'"),
    ],
)
def test_keys_that_are_not_there(vault: Vault, key_id: str, message: str) -> None:
    assert refused(vault.root.describe_key, KeyId=key_id) == Refused("NotFoundException", message, 400, {})


def test_what_is_no_arn(vault: Vault) -> None:
    for arn in ("arn:aws:kms", "arn:aws:iam::123456789012:root", "arn:aws:kms:us-east-1:1:key/x"):
        assert refused(vault.root.describe_key, KeyId=arn).code == "InvalidArnException"
        assert refused(vault.root.encrypt, KeyId=arn, Plaintext=b"x").code == "NotFoundException"


def test_regions_have_keys_of_their_own(vault: Vault, key: str) -> None:
    abroad = client(vault.server, "kms", region="eu-central-1")
    assert refused(abroad.describe_key, KeyId=key).code == "NotFoundException"
    assert abroad.create_key()["KeyMetadata"]["Arn"].startswith("arn:aws:kms:eu-central-1:")


def test_disabled_and_enabled_again(vault: Vault, key: str) -> None:
    vault.root.disable_key(KeyId=key)
    shown = vault.root.describe_key(KeyId=arn_of(key))["KeyMetadata"]
    assert (shown["Enabled"], shown["KeyState"]) == (False, "Disabled")
    gone = refused(vault.root.encrypt, KeyId=key, Plaintext=b"x")
    assert gone == Refused("DisabledException", f"{arn_of(key)} is disabled.", 400, {})
    vault.root.disable_key(KeyId=key)
    vault.root.enable_key(KeyId=arn_of(key))
    assert vault.root.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_descriptions(vault: Vault, key: str) -> None:
    vault.root.update_key_description(KeyId=key, Description="naïve ☃")
    assert vault.root.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "naïve ☃"
    vault.root.update_key_description(KeyId=key, Description="")
    assert vault.root.describe_key(KeyId=key)["KeyMetadata"]["Description"] == ""


@pytest.mark.parametrize(
    "call",
    [
        *("enable_key", "disable_key", "enable_key_rotation", "disable_key_rotation", "get_key_rotation_status"),
        *("rotate_key_on_demand", "list_key_rotations", "schedule_key_deletion", "cancel_key_deletion"),
        *("get_key_policy", "list_key_policies", "list_resource_tags"),
    ],
)
def test_aliases_will_not_do_for_managing(vault: Vault, key: str, call: str) -> None:
    alias = f"alias/managing-{call}"
    vault.root.create_alias(AliasName=alias, TargetKeyId=key)
    assert refused(getattr(vault.root, call), KeyId=alias).code == "NotFoundException"
    arn = f"arn:aws:kms:{REGION}:{HOME}:{alias}"
    assert refused(getattr(vault.root, call), KeyId=arn).code == "InvalidArnException"
    assert refused(getattr(vault.root, call), KeyId=ABSENT).code == "NotFoundException"


def keys_of(kms: Any, **given: Any) -> Iterator[dict[str, str]]:
    for page in kms.get_paginator("list_keys").paginate(**given):
        yield from page["Keys"]


def test_listed_in_pages(vault: Vault) -> None:
    abroad = client(vault.server, "kms", region="ap-south-1")
    nothing = abroad.list_keys()
    assert (nothing["Keys"], nothing["Truncated"]) == ([], False)
    made = sorted(abroad.create_key()["KeyMetadata"]["KeyId"] for _ in range(5))
    expected = [{"KeyId": each, "KeyArn": arn_of(each, region="ap-south-1")} for each in made]
    assert list(keys_of(abroad)) == expected
    assert list(keys_of(abroad, PaginationConfig={"PageSize": 2})) == expected
    first = abroad.list_keys(Limit=2)
    assert first["Truncated"]
    assert len(first["Keys"]) == 2
    assert abroad.list_keys(ResourceOwners=["OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == []
    assert abroad.list_keys(ResourceOwners=["SELF", "OTHER_ACCOUNTS_VIA_RAM"])["Keys"] == expected


def test_markers(vault: Vault, key: str) -> None:
    vault.key()
    marker = vault.root.list_keys(Limit=1)["NextMarker"]
    assert refused(vault.root.list_keys, Marker="nonsense").code == "InvalidMarkerException"
    assert refused(vault.root.list_aliases, Marker=marker).code == "InvalidMarkerException"
    assert refused(vault.root.list_key_rotations, KeyId=key, Marker=marker).code == "InvalidMarkerException"
    assert refused(vault.root.list_key_policies, KeyId=key, Marker=marker).code == "ValidationException"
    for limit in (0, 1001):
        assert refused(vault.root.list_keys, Limit=limit).code == "ValidationException"


def test_what_is_not_here_is_refused(vault: Vault, key: str) -> None:
    grant = refused(vault.root.create_grant, KeyId=key, GranteePrincipal="x", Operations=["Encrypt"])
    assert grant.code == "UnsupportedCommandException"
    assert refused(vault.root.sign, KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_256").status == 400
    assert refused(vault.root.get_public_key, KeyId=key).code == "UnsupportedOperationException"
    assert refused(vault.root.describe_key, KeyId=key, GrantTokens=["x"]).code == "ValidationException"
    assert (
        refused(vault.root.encrypt, KeyId=key, Plaintext=b"x", GrantTokens=["x"]).code == "InvalidGrantTokenException"
    )
