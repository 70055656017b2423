"""Who may do what to a key: by its policy, by IAM policies where that lets them, and across accounts by both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.people import allow, document
from tests.ecr.lab import refused
from tests.kms.conftest import ADMIN, HOME, OTHER, REGION, Vault, allows, arn_of, root_of

ABSENT = "12345678-1234-4234-8234-123456789012"
DENIED = "AccessDeniedException"


def user_arn(name: str, account: str = HOME) -> str:
    return f"arn:aws:iam::{account}:user/{name}"


def may(kms: Any, key: str, **more: Any) -> bool:
    """Whether a client may encrypt with a key."""
    code = ""
    try:
        kms.encrypt(KeyId=key, Plaintext=b"x", **more)
    except ClientError as error:
        code = error.response["Error"]["Code"]
    assert code in {"", DENIED}
    return not code


def test_iam_policies_count_where_the_key_policy_lets_the_account(vault: Vault, fresh: Callable[[str], str]) -> None:
    user = vault.user(fresh("iam"), allow("kms:Encrypt"))
    others = vault.user(fresh("none"))
    key = vault.key()
    assert may(user, key)
    assert not may(others, key)
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert refused(user.decrypt, CiphertextBlob=blob).code == DENIED
    without = vault.key(allows(root_of(), "kms:Decrypt"))
    assert not may(user, without)
    assert not may(vault.root, without)
    told = refused(user.encrypt, KeyId=without, Plaintext=b"x").message
    assert told.endswith("because no resource-based policy allows the kms:Encrypt action")


def test_the_key_policy_alone(vault: Vault, fresh: Callable[[str], str]) -> None:
    name = fresh("named")
    user, other = vault.user(name), vault.user(fresh("other"))
    key = vault.key(allows(user_arn(name), "kms:Encrypt"))
    assert may(user, key)
    assert not may(other, key)
    assert not may(vault.root, key)


def test_denials_win(vault: Vault, fresh: Callable[[str], str]) -> None:
    name, denied = fresh("denied"), fresh("denied")
    user = vault.user(name, allow("kms:*"))
    kept_out = vault.user(denied, document({"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"}))
    deny = {"Effect": "Deny", "Principal": {"AWS": user_arn(name)}, "Action": "kms:Encrypt"}
    assert not may(user, vault.key(ADMIN, allows(user_arn(name), "kms:Encrypt"), deny))
    assert not may(kept_out, vault.key(ADMIN, allows(user_arn(denied), "kms:Encrypt")))
    everyone = {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt"}
    assert not may(vault.root, vault.key(ADMIN, everyone))


def test_resources_of_iam_policies(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    user = vault.user(fresh("one"), allow("kms:Encrypt", resource=arn_of(key)))
    assert may(user, key)
    assert not may(user, vault.key())
    aliased = vault.user(fresh("alias"), allow("kms:Encrypt", resource=f"arn:aws:kms:{REGION}:{HOME}:alias/*"))
    assert not may(aliased, key)


@pytest.mark.parametrize("trusts", [True, False])
@pytest.mark.parametrize("allowed", [True, False])
def test_across_accounts_both_are_needed(
    vault: Vault, fresh: Callable[[str], str], *, trusts: bool, allowed: bool
) -> None:
    policies = [allow("kms:Encrypt", "kms:DescribeKey", "kms:DisableKey")] if allowed else []
    user = vault.user(fresh("guest"), *policies, account=OTHER)
    key = arn_of(vault.key(ADMIN, *([allows(root_of(OTHER), "kms:*")] if trusts else [])))
    assert may(user, key) is (trusts and allowed)
    assert may(vault.other_root, key) is trusts
    assert refused(user.disable_key, KeyId=key).code == DENIED
    assert refused(vault.other_root.get_key_policy, KeyId=key).code == DENIED
    assert refused(vault.other_root.describe_key, KeyId=key.rpartition("/")[2]).code == "NotFoundException"


def test_what_a_guest_encrypts_its_owner_decrypts(vault: Vault) -> None:
    key = arn_of(vault.key(ADMIN, allows(root_of(OTHER), "kms:Encrypt", "kms:Decrypt")))
    blob = vault.other_root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert vault.root.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert vault.other_root.decrypt(CiphertextBlob=blob)["KeyId"] == key


def test_nobody_learns_what_is_not_theirs_to_know(vault: Vault, fresh: Callable[[str], str]) -> None:
    """A key and an alias that are there, and that are not, look the same to who has no rights."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt"}
    key, alias = vault.key(ADMIN, deny), f"alias/{fresh('hidden')}"
    vault.root.create_alias(AliasName=alias, TargetKeyId=key)
    blob = vault.root.encrypt(KeyId=vault.key(), Plaintext=b"x")["CiphertextBlob"]
    stranger = vault.user(fresh("stranger"))
    outsider = vault.user(fresh("outsider"), allow("kms:*"), account=OTHER)

    def told(kms: Any, there: str, call: str = "encrypt") -> str:
        given = {"Plaintext": b"x"} if call == "encrypt" else {}
        found = refused(getattr(kms, call), KeyId=there, **given)
        assert found.code == DENIED
        return found.message.replace(there, "it")

    for kms in (stranger, outsider):
        for call in ("encrypt", "describe_key"):
            assert told(kms, arn_of(key), call) == told(kms, arn_of(ABSENT), call)
            aliases = [f"arn:aws:kms:{REGION}:{HOME}:{name}" for name in (alias, f"{alias}-absent")]
            assert told(kms, aliases[0], call) == told(kms, aliases[1], call)
    assert told(stranger, alias) == told(stranger, f"{alias}-absent")
    refers = refused(stranger.decrypt, CiphertextBlob=blob)
    assert refers.code == DENIED
    assert refers.message.startswith("The ciphertext refers to a customer master key that does not exist")


def test_a_denial_by_an_alias_is_one_line_of_the_log(vault: Vault, fresh: Callable[[str], str]) -> None:
    """It tells which policy of the key it was, whatever the caller is told."""
    name, alias = fresh("logged"), f"alias/{fresh('logged')}"
    user = vault.user(name)
    key = vault.key(ADMIN, {"Effect": "Deny", "Principal": {"AWS": user_arn(name)}, "Action": "kms:Encrypt"})
    vault.root.create_alias(AliasName=alias, TargetKeyId=key)
    told = refused(user.encrypt, KeyId=alias, Plaintext=b"x")
    assert told.code == DENIED
    assert f":{alias} " in told.message
    lines = [json.loads(line) for line in vault.server.program.log_text().splitlines() if f"user/{name}" in line]
    (line,) = [line for line in lines if line["event"] == "denied"]
    assert (line["resource"], line["reason"], line["statement"]) == (arn_of(key), "explicit-deny", 2)


def test_creating_and_listing(vault: Vault, fresh: Callable[[str], str]) -> None:
    nobody = vault.user(fresh("nobody"))
    for call, given in (
        ("create_key", {}),
        ("list_keys", {}),
        ("list_aliases", {}),
        ("generate_random", {"NumberOfBytes": 1}),
        ("create_alias", {"AliasName": "alias/x", "TargetKeyId": ABSENT}),
        ("delete_alias", {"AliasName": "alias/x"}),
        ("update_alias", {"AliasName": "alias/x", "TargetKeyId": ABSENT}),
    ):
        found = refused(getattr(nobody, call), **given)
        assert found.code == DENIED
        assert "because no identity-based policy allows the kms:" in found.message
    creator = vault.user(fresh("creator"), allow("kms:CreateKey"))
    assert creator.create_key()["KeyMetadata"]
    assert refused(creator.create_key, Tags=[{"TagKey": "a", "TagValue": "b"}]).code == DENIED
    reader = vault.user(fresh("reader"), "arn:aws:iam::aws:policy/ReadOnlyAccess")
    key = vault.key()
    assert reader.list_keys()["Keys"]
    assert reader.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
    assert reader.get_key_policy(KeyId=key)["Policy"]
    assert not may(reader, key)
    assert refused(reader.disable_key, KeyId=key).code == DENIED


def test_aliases_need_rights_to_both(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    name = f"alias/{fresh('both')}"
    of_alias = allow("kms:*Alias", resource=f"arn:aws:kms:{REGION}:{HOME}:{name}")
    only_alias = vault.user(fresh("alias"), of_alias)
    only_key = vault.user(fresh("key"), allow("kms:*Alias", resource=arn_of(key)))
    both = vault.user(fresh("both"), of_alias, allow("kms:*Alias", resource=arn_of(key)))
    for kms in (only_alias, only_key):
        assert refused(kms.create_alias, AliasName=name, TargetKeyId=key).code == DENIED
    both.create_alias(AliasName=name, TargetKeyId=key)
    second = vault.key()
    assert refused(both.update_alias, AliasName=name, TargetKeyId=second).code == DENIED
    for kms in (only_alias, only_key):
        assert refused(kms.delete_alias, AliasName=name).code == DENIED
    both.update_alias(AliasName=name, TargetKeyId=key)
    both.delete_alias(AliasName=name)


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        {"StringEquals": {"kms:EncryptionContext:app": "shop"}},
        {"EncryptionContext": {"app": "shop", "more": "x"}},
        {"EncryptionContext": {"app": "other"}},
    ),
    (
        {
            "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["app", "env"]},
            "Null": {"kms:EncryptionContextKeys": "false"},
        },
        {"EncryptionContext": {"app": "x"}},
        {"EncryptionContext": {"app": "x", "other": "y"}},
    ),
    ({"Null": {"kms:EncryptionContextKeys": "true"}}, {}, {"EncryptionContext": {"app": "x"}}),
    ({"StringEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "kms:KeySpec": "SYMMETRIC_DEFAULT"}}, {}, {}),
    ({"StringEquals": {"kms:CallerAccount": HOME}}, {}, {}),
    ({"StringEquals": {"kms:ViaService": f"ecr.{REGION}.amazonaws.com"}}, {}, {}),
    ({"Null": {"kms:ViaService": "true"}}, {}, {}),
]
"""A condition, a request that meets it and one that does not; the same twice where the condition never changes."""


@pytest.mark.parametrize(("condition", "good", "bad"), CONDITIONS)
def test_conditions(
    vault: Vault, fresh: Callable[[str], str], condition: dict[str, Any], good: dict[str, Any], bad: dict[str, Any]
) -> None:
    name = fresh("condition")
    user = vault.user(name)
    key = vault.key(ADMIN, allows(user_arn(name), "kms:Encrypt", Condition=condition))
    met = "kms:ViaService" not in condition.get("StringEquals", {})
    assert may(user, key, **good) is met
    if good != bad:
        assert not may(user, key, **bad)
    assert may(user, key, **good) is met
    by_iam = vault.user(fresh("condition"), allow("kms:Encrypt", Condition=condition))
    assert may(by_iam, key, **good) is met
    if good != bad:
        assert not may(by_iam, key, **bad)


def test_conditions_on_aliases(vault: Vault, fresh: Callable[[str], str]) -> None:
    first, second, key = f"alias/{fresh('a')}", f"alias/{fresh('b')}", vault.key()
    for alias in (first, second):
        vault.root.create_alias(AliasName=alias, TargetKeyId=key)
    by_request = vault.user(
        fresh("request"), allow("kms:Encrypt", Condition={"StringEquals": {"kms:RequestAlias": first}})
    )
    assert may(by_request, first)
    assert not may(by_request, second)
    assert not may(by_request, key)
    has = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": first}}
    by_resource = vault.user(fresh("resource"), allow("kms:Encrypt", Condition=has))
    assert may(by_resource, key)
    assert may(by_resource, second)
    assert not may(by_resource, vault.key())


def test_conditions_on_tags(vault: Vault, fresh: Callable[[str], str]) -> None:
    mine = allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    user = vault.user(fresh("tags"), mine, tags={"team": "blue"})
    blue = vault.key(Tags=[{"TagKey": "team", "TagValue": "blue"}])
    assert may(user, blue)
    assert not may(user, vault.key(Tags=[{"TagKey": "team", "TagValue": "red"}]))
    assert not may(user, vault.key())
    tagging = allow("kms:TagResource", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]}})
    tagger = vault.user(fresh("tagger"), tagging)
    tagger.tag_resource(KeyId=blue, Tags=[{"TagKey": "cost", "TagValue": "1"}])
    found = refused(tagger.tag_resource, KeyId=blue, Tags=[{"TagKey": "team", "TagValue": "red"}])
    assert found.code == DENIED


def test_re_encrypting_needs_both_ends(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    other = vault.key()
    blob = vault.root.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    given = {"CiphertextBlob": blob, "DestinationKeyId": other}
    sender = allow("kms:ReEncryptFrom", resource=arn_of(key))
    receiver = allow("kms:ReEncryptTo", resource=arn_of(other))
    for policies in ([sender], [receiver], [allow("kms:Encrypt", "kms:Decrypt")]):
        assert refused(vault.user(fresh("half"), *policies).re_encrypt, **given).code == DENIED
    whole = vault.user(fresh("whole"), sender, receiver)
    assert whole.re_encrypt(**given)["KeyId"] == arn_of(other)
    elsewhere = {"Bool": {"kms:ReEncryptOnSameKey": "false"}}
    picky = vault.user(fresh("picky"), allow("kms:ReEncrypt*", Condition=elsewhere))
    assert picky.re_encrypt(**given)["KeyId"] == arn_of(other)
    assert refused(picky.re_encrypt, CiphertextBlob=blob, DestinationKeyId=key).code == DENIED


def test_numbers(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    slow = {"NumericGreaterThanEquals": {"kms:ScheduleKeyDeletionPendingWindowInDays": "20"}}
    often = {"NumericLessThanEquals": {"kms:RotationPeriodInDays": "180"}}
    user = vault.user(
        fresh("numbers"),
        allow("kms:ScheduleKeyDeletion", Condition=slow),
        allow("kms:EnableKeyRotation", Condition=often),
    )
    assert refused(user.enable_key_rotation, KeyId=key).code == DENIED
    user.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert refused(user.schedule_key_deletion, KeyId=key, PendingWindowInDays=7).code == DENIED
    user.schedule_key_deletion(KeyId=key)
