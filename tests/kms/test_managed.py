"""The key behind alias/aws/ecr, and the choice of a key for a repository."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from entrepot.context import App, Context, Principal, Registry
from entrepot.errors import KeyUnavailable
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.services.credentials import find_access_key
from entrepot.services.kms import keys
from entrepot.services.kms.for_repositories import key_for_repository
from tests.access.people import allow
from tests.ecr.lab import refused
from tests.kms.conftest import ADMIN, HOME, OTHER, REGION, Vault, allows, arn_of, policy, root_of
from tests.kms.world import PLACE, ROOT, World
from tests.oci.inprocess import in_app

REPOSITORY = f"arn:aws:ecr:{REGION}:{HOME}:repository/app"


def asked(app: App, wanted: str | None, who: Principal = ROOT, place: Registry = PLACE) -> Any:
    ctx = Context(who, place, "request", app.clock())
    return key_for_repository(app, ctx, place, wanted, repository_arn=REPOSITORY)


def test_one_key_however_many_ask(kms: World) -> None:
    async def all_at_once(place: Registry) -> set[str]:
        wanted = [None, "alias/aws/ecr"] * 6
        found = await asyncio.gather(
            *(asked(app, each, place=place) for each in wanted for app in (kms.app, kms.other))
        )
        assert {row.manager for row in found} == {"AWS"}
        return {row.arn for row in found}

    (here,) = kms.run(all_at_once(PLACE))
    (there,) = kms.run(all_at_once(Registry(PLACE.account, "eu-west-1")))
    assert here != there
    made = kms.run(keys.page(kms.app, kms.ctx(), "", 1000))
    assert [row.arn for row in made if row.manager == "AWS"] == [here]


def test_wanted_by_every_name(kms: World) -> None:
    row = kms.create()
    for name in (row.key_id, row.arn):
        assert kms.run(asked(kms.app, name)).id == row.id


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("nonsense", "NotFoundException"),
        ("alias/absent", "NotFoundException"),
        ("12345678-1234-4234-8234-123456789012", "NotFoundException"),
        ("arn:aws:kms:eu-west-1:123456789012:alias/aws/ecr", "NotFoundException"),
        ("arn:aws:kms", "InvalidArnException"),
        ("arn:aws:kms:us-east-1:210987654321:alias/aws/ecr", "AccessDeniedException"),
    ],
)
def test_wanted_in_vain(kms: World, wanted: str, code: str) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        kms.run(asked(kms.app, wanted))
    assert caught.value.kms_error == code


def used_by(vault: Vault, keys: Any, wanted: str | None) -> str:
    """The key that a principal's new repository would have, or KMS's code of why it has none."""

    async def ask(app: App) -> KmsKeyRow:
        key = await find_access_key(app, keys.access_key_id, None)
        assert key
        return await asked(app, wanted, key.principal, Registry(HOME, REGION))

    try:
        return in_app(vault.server.data, ask).key_id
    except KeyUnavailable as error:
        return error.kms_error


NEEDED = ("kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant")


def test_rights_to_a_customers_key(vault: Vault, fresh: Callable[[str], str]) -> None:
    key = vault.key()
    people = vault.people
    assert used_by(vault, people.user(HOME, fresh("all"), allow(*NEEDED)), key) == key
    for missing in NEEDED:
        left = [each for each in NEEDED if each != missing]
        assert used_by(vault, people.user(HOME, fresh("less"), allow(*left)), key) == "AccessDeniedException"
    only_by_ecr = {
        "StringEquals": {"kms:ViaService": f"ecr.{REGION}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:ecr:arn": f"arn:aws:ecr:{REGION}:{HOME}:repository/*"},
    }
    keys = people.user(HOME, fresh("ecr"), allow(*NEEDED, Condition=only_by_ecr))
    assert used_by(vault, keys, key) == key
    assert refused(vault.kms(keys).describe_key, KeyId=key).code == "AccessDeniedException"
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    both = (allow("kms:DescribeKey"), allow("kms:CreateGrant", "kms:RetireGrant", Condition=for_services))
    assert used_by(vault, people.user(HOME, fresh("grants"), *both), key) == key
    vault.root.disable_key(KeyId=key)
    assert used_by(vault, keys, key) == "DisabledException"
    vault.root.schedule_key_deletion(KeyId=key)
    assert used_by(vault, keys, key) == "KMSInvalidStateException"


def test_another_accounts_key_by_arn(vault: Vault, fresh: Callable[[str], str]) -> None:
    theirs = vault.other_root.create_key()["KeyMetadata"]["Arn"]
    key_id = theirs.rpartition("/")[2]
    alias = f"alias/{fresh('theirs')}"
    vault.other_root.create_alias(AliasName=alias, TargetKeyId=theirs)
    keys = vault.people.user(HOME, fresh("abroad"), allow(*NEEDED))
    assert used_by(vault, keys, theirs) == "AccessDeniedException"
    text = policy(allows(root_of(OTHER), "kms:*"), allows(root_of(), *NEEDED))
    vault.other_root.put_key_policy(KeyId=theirs, Policy=text)
    assert used_by(vault, keys, theirs) == key_id
    assert used_by(vault, keys, f"arn:aws:kms:{REGION}:{OTHER}:{alias}") == key_id
    assert used_by(vault, keys, key_id) == used_by(vault, vault.server.keys, alias) == "NotFoundException"


def test_everyone_of_the_account_uses_the_managed_key_through_ecr_only(
    vault: Vault, fresh: Callable[[str], str]
) -> None:
    keys = vault.people.user(HOME, fresh("any"))
    key = used_by(vault, keys, None)
    assert used_by(vault, vault.server.keys, "alias/aws/ecr") == used_by(vault, keys, arn_of(key)) == key
    guest = vault.people.user(OTHER, fresh("guest"), allow("kms:*"))
    assert used_by(vault, guest, arn_of(key)) == "AccessDeniedException"
    direct = vault.user(fresh("direct"), allow("kms:*"))
    shown = vault.root.describe_key(KeyId="alias/aws/ecr")["KeyMetadata"]
    assert (shown["KeyId"], shown["KeyManager"], shown["Enabled"]) == (key, "AWS", True)
    assert direct.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] == "AWS"
    status = vault.root.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    assert json.loads(vault.root.get_key_policy(KeyId=key)["Policy"])["Id"] == "auto-ecr-1"
    assert "alias/aws/ecr" in {each["AliasName"] for each in vault.root.list_aliases(KeyId=key)["Aliases"]}
    for client in (vault.root, direct):
        assert refused(client.encrypt, KeyId=key, Plaintext=b"x").code == "AccessDeniedException"
        assert refused(client.generate_data_key, KeyId=key, KeySpec="AES_256").code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("disable_key", {}),
        ("enable_key", {}),
        ("schedule_key_deletion", {}),
        (
            "put_key_policy",
            {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [{**ADMIN, "Resource": "*"}]})},
        ),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("untag_resource", {"TagKeys": ["a"]}),
        ("update_key_description", {"Description": "mine"}),
        ("disable_key_rotation", {}),
        ("rotate_key_on_demand", {}),
        ("create_alias", {"AliasName": "alias/mine"}),
    ],
)
def test_nobody_changes_the_managed_key(vault: Vault, call: str, given: dict[str, Any]) -> None:
    key = used_by(vault, vault.server.keys, None)
    named = {"TargetKeyId" if call == "create_alias" else "KeyId": key}
    found = refused(getattr(vault.root, call), **named, **given)
    assert found.code == "AccessDeniedException"
    assert "because no resource-based policy allows" in found.message
