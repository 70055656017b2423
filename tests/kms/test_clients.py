"""The AWS CLI, and the calls that Terraform's aws_kms_key and aws_kms_alias make."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.kms.conftest import ADMIN, Vault, policy
from tests.support.clients.aws_cli import AwsCli


@pytest.fixture
def cli(vault: Vault, tmp_path: Path) -> Callable[..., Any]:
    """Runs `aws kms ...` and returns its output, parsed."""
    aws = AwsCli(tmp_path, vault.server.aws_env)

    def run(*words: str) -> Any:
        output = aws.run("kms", *words, "--output", "json")
        return json.loads(output) if output.strip() else None

    return run


def test_the_aws_cli(cli: Callable[..., Any], tmp_path: Path) -> None:
    key = cli("create-key", "--description", "by hand", "--tags", "TagKey=a,TagValue=b")["KeyMetadata"]["KeyId"]
    cli("create-alias", "--alias-name", "alias/by-hand", "--target-key-id", key)
    plain, blob = tmp_path / "plain", tmp_path / "blob"
    plain.write_bytes(b"secret \0 bytes")
    context = ("--encryption-context", "app=shop,env=prod")
    named = ("--key-id", "alias/by-hand")
    made = cli("encrypt", *named, "--plaintext", f"fileb://{plain}", *context)
    blob.write_bytes(base64.b64decode(made["CiphertextBlob"]))
    found = cli("decrypt", "--ciphertext-blob", f"fileb://{blob}", *context)
    assert base64.b64decode(found["Plaintext"]) == plain.read_bytes()
    assert json.loads(cli("get-key-policy", "--key-id", key)["Policy"])["Id"] == "key-default-1"
    assert cli("schedule-key-deletion", "--key-id", key, "--pending-window-in-days", "7")["PendingWindowInDays"] == 7


def test_what_terraform_calls(vault: Vault, fresh: Callable[[str], str]) -> None:
    """In the provider's order: create, wait, set, read back until it agrees, change, delete, wait."""
    kms, text = vault.root, policy(ADMIN)
    tags = [{"TagKey": "Name", "TagValue": "app"}]
    key = kms.create_key(
        BypassPolicyLockoutSafetyCheck=False,
        CustomerMasterKeySpec="SYMMETRIC_DEFAULT",
        Description="by terraform",
        KeyUsage="ENCRYPT_DECRYPT",
        MultiRegion=False,
        Policy=text,
        Tags=tags,
    )["KeyMetadata"]["KeyId"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=365)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]) == json.loads(text)
    assert kms.list_resource_tags(KeyId=key)["Tags"] == tags
    name = f"alias/{fresh('terraform')}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    pages = kms.get_paginator("list_aliases").paginate()
    (alias,) = [each for page in pages for each in page["Aliases"] if each["AliasName"] == name]
    assert alias["TargetKeyId"] == key
    kms.disable_key(KeyId=key)
    kms.update_key_description(KeyId=key, Description="changed")
    kms.enable_key(KeyId=key)
    kms.put_key_policy(BypassPolicyLockoutSafetyCheck=False, KeyId=key, Policy=text, PolicyName="default")
    kms.disable_key_rotation(KeyId=key)
    kms.untag_resource(KeyId=key, TagKeys=["Name"])
    kms.delete_alias(AliasName=name)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.schedule_key_deletion(KeyId=key)


def test_exceptions_have_their_classes(vault: Vault, key: str) -> None:
    kms = vault.root
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="12345678-1234-4234-8234-123456789012")
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=b"nonsense")
    kms.disable_key(KeyId=key)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    with pytest.raises(ClientError, match="UnsupportedOperationException"):
        kms.create_key(MultiRegion=True)
