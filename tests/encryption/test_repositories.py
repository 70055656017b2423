"""encryptionConfiguration: what CreateRepository takes, and what the answers say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import refused
from tests.encryption.keys import Kms, create, encryption_of
from tests.support.server import Server

ABSENT = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize("form", ["arn", "id", "alias", "alias arn"])
def test_a_key_is_told_by_its_arn_however_it_was_named(ecr: Any, kms: Kms, key: str, kind: str, form: str) -> None:
    alias = kms.alias(key)
    named = {"arn": key, "id": key.rpartition("/")[2], "alias": alias}
    named["alias arn"] = key.replace(f"key/{named['id']}", alias)
    name = create(ecr, kind, named[form])
    expected = {"encryptionType": kind, "kmsKey": key}
    assert encryption_of(ecr, name) == expected
    pages = ecr.get_paginator("describe_repositories").paginate()
    listed = {each["repositoryName"]: each for page in pages for each in page["repositories"]}
    assert listed[name]["encryptionConfiguration"] == expected
    deleted = ecr.delete_repository(repositoryName=name)["repository"]
    assert deleted["encryptionConfiguration"] == expected


def test_the_managed_key_is_the_default(ecr: Any, kms: Kms, kind: str) -> None:
    first, second = create(ecr, kind), create(ecr, kind)
    assert encryption_of(ecr, first) == encryption_of(ecr, second)
    found = kms.client.describe_key(KeyId="alias/aws/ecr")["KeyMetadata"]
    assert encryption_of(ecr, first) == {"encryptionType": kind, "kmsKey": found["Arn"]}
    assert found["KeyManager"] == "AWS"


def test_aes256_names_no_key(ecr: Any) -> None:
    name = create(ecr, "AES256")
    assert encryption_of(ecr, name) == {"encryptionType": "AES256"}


def test_a_key_that_cannot_be_used_is_refused(ecr: Any, kms: Kms, key: str, kind: str) -> None:
    def attempt(name: str) -> tuple[str, int, dict[str, str]]:
        wanted = {"encryptionType": kind, "kmsKey": name}
        answer = refused(ecr.create_repository, repositoryName="refused", encryptionConfiguration=wanted)
        return answer.code, answer.status, answer.members

    for name in (ABSENT, f"alias/{ABSENT}", key.rpartition("/")[0] + f"/{ABSENT}"):
        assert attempt(name) == ("KmsException", 400, {"kmsError": "NotFoundException"})
    kms.disable(key)
    assert attempt(key) == ("KmsException", 400, {"kmsError": "DisabledException"})
    kms.schedule_deletion(key)
    assert attempt(key) == ("KmsException", 400, {"kmsError": "KMSInvalidStateException"})
    assert refused(ecr.describe_repositories, repositoryNames=["refused"]).code == "RepositoryNotFoundException"


def test_another_region_has_other_keys(house: Server, key: str) -> None:
    elsewhere = house.boto3("ecr", region="eu-central-1")
    wanted = {"encryptionType": "KMS", "kmsKey": key}
    answer = refused(elsewhere.create_repository, repositoryName="elsewhere", encryptionConfiguration=wanted)
    assert answer.code == "KmsException"
