"""DescribeRegistry, GetAccountSetting, PutAccountSetting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.ecr.lab import SECOND_ACCOUNT, Refused, client, constraint, refused
from tests.support.images import digest_of
from tests.support.oci import Oci
from tests.support.server import Keys, Server

LAYER = b"a layer that is mounted"


@pytest.fixture
def registry(server: Server, second_keys: Keys) -> Iterator[Any]:
    """A registry whose settings no other test depends on."""
    ecr = client(server, region="ca-central-1", keys=second_keys)
    yield ecr
    ecr.put_account_setting(name="BLOB_MOUNTING", value="DISABLED")


def validation(message: str) -> Refused:
    return Refused("ValidationException", message, 400, {})


def test_a_registry_has_an_id_and_no_replication_yet(ecr: Any, account: str, second: Any) -> None:
    answer = ecr.describe_registry()
    del answer["ResponseMetadata"]
    assert answer == {"registryId": account, "replicationConfiguration": {"rules": []}}
    assert second.describe_registry()["registryId"] == SECOND_ACCOUNT


def test_blob_mounting_is_off_until_it_is_turned_on(registry: Any) -> None:
    def shown(answer: dict[str, Any]) -> tuple[str, str]:
        assert set(answer) == {"name", "value", "ResponseMetadata"}
        return answer["name"], answer["value"]

    setting = "BLOB_MOUNTING"
    assert shown(registry.get_account_setting(name=setting)) == (setting, "DISABLED")
    for value in ("ENABLED", "ENABLED", "DISABLED"):
        assert shown(registry.put_account_setting(name=setting, value=value)) == (setting, value)
        assert shown(registry.get_account_setting(name=setting)) == (setting, value)


def test_a_setting_is_one_registry_s(registry: Any, second: Any, ecr: Any) -> None:
    registry.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    assert second.get_account_setting(name="BLOB_MOUNTING")["value"] == "DISABLED"
    assert ecr.get_account_setting(name="BLOB_MOUNTING")["value"] == "DISABLED"


def test_blob_mounting_is_enforced_from_the_next_request_on(
    server: Server, registry: Any, second_keys: Keys, new_repo: Callable[..., Any]
) -> None:
    source, target = new_repo(registry), new_repo(registry)
    digest = source.upload(LAYER)
    oci = Oci(server.url, server.password(region="ca-central-1", keys=second_keys))
    mount = f"/v2/{target.name}/blobs/uploads/?mount={digest}&from={source.name}"
    for value, status, found in (("DISABLED", 202, 404), ("ENABLED", 201, 200), ("DISABLED", 202, 200)):
        registry.put_account_setting(name="BLOB_MOUNTING", value=value)
        assert oci.request("POST", mount).status == status
        assert oci.head_blob(target.name, digest).status == found
    assert digest == digest_of(LAYER)


@pytest.mark.parametrize("name", ["BASIC_SCAN_TYPE_VERSION", "blob_mounting", "COLOUR"])
def test_settings_that_are_not_here_are_refused(registry: Any, name: str) -> None:
    expected = validation(
        f"The account setting '{name}' is not available: use one of BLOB_MOUNTING, REGISTRY_POLICY_SCOPE"
    )
    assert refused(registry.get_account_setting, name=name) == expected
    assert refused(registry.put_account_setting, name=name, value="AWS_NATIVE") == expected


@pytest.mark.parametrize("value", ["enabled", "", "TRUE", "ENABLED "])
def test_values_that_a_setting_has_not_are_refused(registry: Any, value: str) -> None:
    found = refused(registry.put_account_setting, name="BLOB_MOUNTING", value=value)
    text = f"'{value}' is not a value of the account setting 'BLOB_MOUNTING': use one of DISABLED, ENABLED"
    assert found == validation(text)
    assert registry.get_account_setting(name="BLOB_MOUNTING")["value"] == "DISABLED"


def test_names_have_one_to_64_characters(registry: Any) -> None:
    for name, text in (
        ("", "Member must have length greater than or equal to 1"),
        ("a" * 65, "Member must have length less than or equal to 64"),
    ):
        for found in (
            refused(registry.get_account_setting, name=name),
            refused(registry.put_account_setting, name=name, value="ENABLED"),
        ):
            assert (found.code, found.message) == ("InvalidParameterException", constraint("name", text))
    missing = refused(registry.put_account_setting, name="BLOB_MOUNTING")
    assert missing.message == constraint("value", "Member must not be null")
