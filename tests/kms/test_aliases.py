"""Aliases of keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ecr.lab import client, refused
from tests.kms.conftest import HOME, REGION, Vault, arn_of


def arn(alias: str) -> str:
    return f"arn:aws:kms:{REGION}:{HOME}:{alias}"


def test_from_first_to_last(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    name, second = f"alias/{fresh('app/x_')}", vault.key()
    vault.root.create_alias(AliasName=name, TargetKeyId=key)
    for called in (name, arn(name)):
        assert vault.root.describe_key(KeyId=called)["KeyMetadata"]["KeyId"] == key
        assert vault.root.encrypt(KeyId=called, Plaintext=b"x")["KeyId"] == arn_of(key)
    (listed,) = vault.root.list_aliases(KeyId=key)["Aliases"]
    assert listed == {
        "AliasName": name,
        "AliasArn": arn(name),
        "TargetKeyId": key,
        "CreationDate": listed["CreationDate"],
        "LastUpdatedDate": listed["CreationDate"],
    }
    vault.root.update_alias(AliasName=name, TargetKeyId=arn_of(second))
    assert vault.root.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == second
    (moved,) = vault.root.list_aliases(KeyId=arn_of(second))["Aliases"]
    assert moved["CreationDate"] == listed["CreationDate"]
    assert moved["LastUpdatedDate"] > listed["LastUpdatedDate"]
    assert vault.root.list_aliases(KeyId=key)["Aliases"] == []
    vault.root.delete_alias(AliasName=name)
    assert refused(vault.root.describe_key, KeyId=name).code == "NotFoundException"
    assert refused(vault.root.delete_alias, AliasName=name).code == "NotFoundException"
    assert refused(vault.root.update_alias, AliasName=name, TargetKeyId=key).code == "NotFoundException"


def test_names_are_taken_once(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    name = f"alias/{fresh('taken')}"
    vault.root.create_alias(AliasName=name, TargetKeyId=key)
    taken = refused(vault.root.create_alias, AliasName=name, TargetKeyId=vault.key())
    assert (taken.code, taken.message) == (
        "AlreadyExistsException",
        f"An alias with the name {arn(name)} already exists",
    )
    assert vault.root.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key
    abroad = client(vault.server, "kms", region="eu-north-1")
    abroad.create_alias(AliasName=name, TargetKeyId=abroad.create_key()["KeyMetadata"]["KeyId"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("app", "ValidationException"),
        ("alias/", "ValidationException"),
        ("alias/a b", "ValidationException"),
        ("alias/a:b", "InvalidAliasNameException"),
        ("alias/" + "x" * 251, "ValidationException"),
        ("alias/aws/mine", "NotAuthorizedException"),
        ("alias/aws/ecr", "NotAuthorizedException"),
    ],
)
def test_names_that_will_not_do(vault: Vault, key: str, name: str, code: str) -> None:
    assert refused(vault.root.create_alias, AliasName=name, TargetKeyId=key).code == code


def test_reserved_names_are_neither_moved_nor_freed(vault: Vault, key: str) -> None:
    moved = refused(vault.root.update_alias, AliasName="alias/aws/ecr", TargetKeyId=key)
    assert moved.code == "NotAuthorizedException"
    assert refused(vault.root.delete_alias, AliasName="alias/aws/ecr").code == "NotAuthorizedException"


def test_targets(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    name = f"alias/{fresh('target')}"
    vault.root.create_alias(AliasName=name, TargetKeyId=key)
    to_alias = refused(vault.root.create_alias, AliasName=f"{name}-2", TargetKeyId=name)
    assert (to_alias.code, to_alias.message) == ("ValidationException", "Aliases must refer to keys. Not aliases")
    theirs = vault.other_root.create_key()["KeyMetadata"]["Arn"]
    assert refused(vault.root.create_alias, AliasName=f"{name}-3", TargetKeyId=theirs).code == "AccessDeniedException"
    pending = vault.key()
    vault.root.schedule_key_deletion(KeyId=pending)
    gone = refused(vault.root.create_alias, AliasName=f"{name}-4", TargetKeyId=pending)
    assert (gone.code, gone.message) == ("KMSInvalidStateException", f"{arn_of(pending)} is pending deletion.")
    assert refused(vault.root.update_alias, AliasName=name, TargetKeyId=pending).code == "KMSInvalidStateException"


def test_fifty_names_a_key(vault: Vault, key: str, fresh: Callable[[str], str]) -> None:
    prefix = f"alias/{fresh('many')}"
    for number in range(50):
        vault.root.create_alias(AliasName=f"{prefix}-{number:02}", TargetKeyId=key)
    assert refused(vault.root.create_alias, AliasName=prefix, TargetKeyId=key).code == "LimitExceededException"
    vault.root.create_alias(AliasName=prefix, TargetKeyId=vault.key())
    assert refused(vault.root.update_alias, AliasName=prefix, TargetKeyId=key).code == "LimitExceededException"
    pages = vault.root.get_paginator("list_aliases").paginate(KeyId=key, PaginationConfig={"PageSize": 20})
    names = [[each["AliasName"] for each in page["Aliases"]] for page in pages]
    assert [len(page) for page in names] == [20, 20, 10]
    assert [name for page in names for name in page] == [f"{prefix}-{number:02}" for number in range(50)]
    everything = vault.root.get_paginator("list_aliases").paginate()
    assert prefix in {each["AliasName"] for page in everything for each in page["Aliases"]}
    assert refused(vault.root.list_aliases, Limit=101).code == "ValidationException"
    assert refused(vault.root.list_aliases, KeyId="12345678-1234-4234-8234-123456789012").code == "NotFoundException"
