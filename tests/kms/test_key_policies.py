"""Key policies: set, shown and refused; the check that keeps people from locking themselves out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.access.people import allow
from tests.ecr.lab import refused
from tests.kms.conftest import ADMIN, HOME, Vault, allows, policy, root_of


def test_the_default_policy(vault: Vault, key: str) -> None:
    found = vault.root.get_key_policy(KeyId=key, PolicyName="default")
    assert found["PolicyName"] == "default"
    assert vault.root.get_key_policy(KeyId=key)["Policy"] == found["Policy"]
    assert json.loads(found["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }
    assert vault.root.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]


def test_set_and_shown_as_it_was_written(vault: Vault, fresh: Callable[[str], str]) -> None:
    name = fresh("named")
    vault.people.user(HOME, name)
    arn = f"arn:aws:iam::{HOME}:user/{name}"
    text = policy(ADMIN, allows(arn, "kms:Encrypt", Sid="With spaces, twice"), allows(arn, "kms:Decrypt")) + "\n"
    key = vault.root.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    assert vault.root.get_key_policy(KeyId=key)["Policy"] == text
    other = policy(ADMIN)
    vault.root.put_key_policy(KeyId=key, PolicyName="default", Policy=other)
    assert vault.root.get_key_policy(KeyId=key)["Policy"] == other
    vault.root.put_key_policy(KeyId=key, Policy=text)
    assert vault.root.get_key_policy(KeyId=key)["Policy"] == text


def test_a_user_made_anew_is_another_one(vault: Vault, fresh: Callable[[str], str]) -> None:
    iam, name = vault.server.boto3("iam"), fresh("anew")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = vault.key(ADMIN, allows(arn, "kms:Encrypt"))
    iam.delete_user(UserName=name)
    shown = json.loads(vault.root.get_key_policy(KeyId=key)["Policy"])["Statement"][1]["Principal"]["AWS"]
    assert shown.startswith("AIDA")
    again = vault.user(name)
    assert refused(again.encrypt, KeyId=key, Plaintext=b"x").code == "AccessDeniedException"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "{}",
        policy({"Effect": "Allow", "Action": "kms:*"}),
        json.dumps({"Statement": [{"Effect": "Allow", "Action": "kms:*", "Principal": "*"}]}),
        policy(ADMIN, allows(f"arn:aws:iam::{HOME}:user/nobody-of-that-name", "kms:Encrypt")),
        policy(ADMIN, allows(root_of(), "kms:Encrypt", Condition={"StringEquals": {"kms:MessageType": "RAW"}})),
        policy(ADMIN, allows(root_of(), "kms:Encrypt", Condition={"Null": {"kms:Nothing": "true"}})),
        policy(ADMIN, allows(root_of(), "kms:Encrypt", Condition={"Nonsense": {"kms:KeySpec": "x"}})),
    ],
)
def test_what_is_no_key_policy(vault: Vault, key: str, text: str) -> None:
    before = vault.root.get_key_policy(KeyId=key)["Policy"]
    assert refused(vault.root.put_key_policy, KeyId=key, Policy=text).code == "MalformedPolicyDocumentException"
    assert refused(vault.root.create_key, Policy=text).code == "MalformedPolicyDocumentException"
    assert vault.root.get_key_policy(KeyId=key)["Policy"] == before


def test_sizes_and_names(vault: Vault, key: str) -> None:
    padded = policy(ADMIN)
    longest = padded + " " * (32_768 - len(padded))
    vault.root.put_key_policy(KeyId=key, Policy=longest)
    assert refused(vault.root.put_key_policy, KeyId=key, Policy=longest + " ").code == "LimitExceededException"
    assert refused(vault.root.create_key, Policy=longest + " ").code == "LimitExceededException"
    named = refused(vault.root.put_key_policy, KeyId=key, Policy=padded, PolicyName="other")
    assert named.code == "ValidationException"
    assert refused(vault.root.get_key_policy, KeyId=key, PolicyName="other").code == "NotFoundException"


LOCKING: list[tuple[Any, ...]] = [
    (allows(root_of("210987654321"), "kms:*"),),
    (allows(root_of(), "kms:Encrypt", "kms:Describe*"),),
    (ADMIN, {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy"}),
    (allows(root_of(), "kms:*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),),
    ({**allows(root_of(), "kms:*"), "Resource": "arn:aws:kms:us-east-1:123456789012:key/another"},),
]


@pytest.mark.parametrize("statements", LOCKING)
def test_nobody_is_locked_out_by_mistake(vault: Vault, key: str, statements: tuple[Any, ...]) -> None:
    text = policy(*statements)
    found = refused(vault.root.put_key_policy, KeyId=key, Policy=text)
    assert (found.code, found.message) == (
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )
    assert refused(vault.root.create_key, Policy=text).code == "MalformedPolicyDocumentException"
    vault.root.put_key_policy(KeyId=key, Policy=policy(ADMIN))


def test_locked_out_on_purpose(vault: Vault) -> None:
    text = policy(allows(root_of(), "kms:GetKeyPolicy", "kms:Encrypt"))
    key = vault.root.create_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    assert vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for call, given in (
        ("put_key_policy", {"Policy": policy(ADMIN), "BypassPolicyLockoutSafetyCheck": True}),
        ("describe_key", {}),
        ("schedule_key_deletion", {}),
    ):
        found = refused(getattr(vault.root, call), KeyId=key, **given)
        assert found.code == "AccessDeniedException"
        assert "because no resource-based policy allows" in found.message


def test_whoever_sets_it_must_keep_the_right(vault: Vault, fresh: Callable[[str], str]) -> None:
    """A user by IAM policies alone is not kept out as long as the policy lets the account decide."""
    user = vault.user(fresh("setter"), allow("kms:PutKeyPolicy", "kms:CreateKey"))
    key = vault.key()
    user.put_key_policy(KeyId=key, Policy=policy(ADMIN))
    without_account = policy(allows(f"arn:aws:iam::{HOME}:user/{fresh('x')}", "kms:*"))
    assert refused(user.put_key_policy, KeyId=key, Policy=without_account).code == "MalformedPolicyDocumentException"
    assert user.create_key()["KeyMetadata"]["KeyId"]


def test_the_bypass_can_be_forbidden(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    careful = allow("kms:PutKeyPolicy", Condition={"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "false"}})
    user = vault.user(fresh("careful"), careful)
    user.put_key_policy(KeyId=key, Policy=policy(ADMIN))
    found = refused(user.put_key_policy, KeyId=key, Policy=policy(ADMIN), BypassPolicyLockoutSafetyCheck=True)
    assert found.code == "AccessDeniedException"


def test_findings_are_told(vault: Vault, key: str) -> None:
    open_to_all = policy(ADMIN, {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"})
    answer = vault.root.put_key_policy(KeyId=key, Policy=open_to_all)
    header = answer["ResponseMetadata"]["HTTPHeaders"]["x-entrepot-policy-findings"]
    assert header.startswith("public-access; statement=2")
    answer = vault.root.put_key_policy(KeyId=key, Policy=policy(ADMIN))
    assert "x-entrepot-policy-findings" not in answer["ResponseMetadata"]["HTTPHeaders"]
