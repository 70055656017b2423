"""Tags of keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import refused
from tests.kms.conftest import Vault


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in pairs.items()]


def test_added_changed_and_removed(vault: Vault) -> None:
    key = vault.key(Tags=tags(team="blue", env=""))
    assert vault.root.list_resource_tags(KeyId=key)["Tags"] == tags(env="", team="blue")
    vault.root.tag_resource(KeyId=key, Tags=tags(team="red", cost="1"))
    vault.root.untag_resource(KeyId=key, TagKeys=["env", "absent"])
    found = vault.root.list_resource_tags(KeyId=key)
    assert (found["Tags"], found["Truncated"]) == (tags(cost="1", team="red"), False)


def test_in_pages(vault: Vault) -> None:
    made = {f"tag-{number:02}": str(number) for number in range(50)}
    key = vault.key(Tags=tags(**made))
    pages = vault.root.get_paginator("list_resource_tags").paginate(KeyId=key, PaginationConfig={"PageSize": 20})
    assert [tag for page in pages for tag in page["Tags"]] == tags(**made)
    assert len(vault.root.list_resource_tags(KeyId=key)["Tags"]) == 50
    assert refused(vault.root.list_resource_tags, KeyId=key, Limit=51).code == "ValidationException"
    assert refused(vault.root.tag_resource, KeyId=key, Tags=tags(one="more")).code == "TagException"
    vault.root.tag_resource(KeyId=key, Tags=[{"TagKey": "tag-00", "TagValue": "new"}])


@pytest.mark.parametrize(
    "wrong",
    [
        [{"TagKey": "aws:mine", "TagValue": ""}],
        [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}],
        [{"TagKey": "a#", "TagValue": ""}],
        [{"TagKey": "a", "TagValue": "#"}],
    ],
)
def test_what_is_no_tag(vault: Vault, key: str, wrong: list[dict[str, str]]) -> None:
    assert refused(vault.root.tag_resource, KeyId=key, Tags=wrong).code == "TagException"
    assert refused(vault.root.create_key, Tags=wrong).code == "TagException"


def test_constraints(vault: Vault, key: str) -> None:
    given: list[dict[str, Any]] = [{"TagKey": "", "TagValue": ""}, {"TagKey": "k" * 129, "TagValue": ""}]
    for tag in (*given, {"TagKey": "a", "TagValue": "v" * 257}, {"TagKey": "a"}):
        assert refused(vault.root.tag_resource, KeyId=key, Tags=[tag]).code == "ValidationException"
    assert refused(vault.root.untag_resource, KeyId=key, TagKeys=["aws:x"]).code == "TagException"


def test_not_of_a_key_that_goes(vault: Vault, key: str) -> None:
    vault.root.schedule_key_deletion(KeyId=key)
    assert refused(vault.root.tag_resource, KeyId=key, Tags=tags(a="b")).code == "KMSInvalidStateException"
    assert refused(vault.root.untag_resource, KeyId=key, TagKeys=["a"]).code == "KMSInvalidStateException"
    assert vault.root.list_resource_tags(KeyId=key)["Tags"] == []
