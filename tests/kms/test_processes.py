"""Two servers on the same data: a key that is disabled at one of them is not used by the other within a second."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from entrepot.context import App
from entrepot.errors import KeyUnavailable
from entrepot.services.kms import keys
from tests.access.eventually import PROMISED, settled
from tests.access.people import allow
from tests.conftest import StartServer
from tests.ecr.lab import client
from tests.kms.conftest import ADMIN, allows, policy
from tests.kms.world import World
from tests.support.server import Keys

pytestmark = pytest.mark.alone  # within a second


def works(kms: Any, key: str) -> bool:
    try:
        return bool(kms.encrypt(KeyId=key, Plaintext=b"x"))
    except ClientError:
        return False


def test_changes_made_at_another_server(start: StartServer) -> None:
    one = start()
    other = start(one.data)
    here, there = client(one, "kms"), client(other, "kms", keys=one.keys)
    iam = other.boto3("iam", keys=one.keys)
    arn = iam.create_user(UserName="user")["User"]["Arn"]
    pair = iam.create_access_key(UserName="user")["AccessKey"]
    user = client(one, "kms", keys=Keys(pair["AccessKeyId"], pair["SecretAccessKey"]))
    key = there.create_key()["KeyMetadata"]["KeyId"]
    assert works(here, key)
    for call, expected in (("disable_key", False), ("enable_key", True), ("schedule_key_deletion", False)):
        getattr(there, call)(KeyId=key)
        assert settled(lambda expected=expected: works(here, key) is expected) < PROMISED
    there.cancel_key_deletion(KeyId=key)
    there.enable_key(KeyId=key)
    assert not works(user, key)
    for statements, expected in (((ADMIN, allows(arn, "kms:Encrypt")), True), ((ADMIN,), False)):
        there.put_key_policy(KeyId=key, Policy=policy(*statements))
        assert settled(lambda expected=expected: works(user, key) is expected) < PROMISED
    tagged = allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/open": "yes"}})
    iam.put_user_policy(UserName="user", PolicyName="tagged", PolicyDocument=json.dumps(tagged))
    there.tag_resource(KeyId=key, Tags=[{"TagKey": "open", "TagValue": "yes"}])
    assert settled(lambda: works(user, key)) < PROMISED
    there.untag_resource(KeyId=key, TagKeys=["open"])
    assert settled(lambda: not works(user, key)) < PROMISED


def test_what_another_service_seals_with_a_key(kms: World) -> None:
    """The keyring, of which repositories get their keys, goes by a state that is half a second old at most."""
    row = kms.create()
    scope = f"test/{row.key_id}"
    sealing = kms.run(kms.app.keyring.under_key(scope, row.id))

    def state(app: App) -> str:
        try:
            return "Enabled" if kms.run(app.keyring.under_key(scope, row.id)) == sealing else "another key"
        except KeyUnavailable as error:
            return error.kms_error

    for change, expected in ((keys.disable, "DisabledException"), (keys.enable, "Enabled")):
        kms.run(change(kms.other, kms.ctx(), row.key_id))
        assert settled(lambda expected=expected: state(kms.app) == expected, in_a_row=2) < PROMISED
