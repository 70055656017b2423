"""Deletion: it waits, can be taken back, and is for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from entrepot.errors import AccessDenied, KeyNotFound, KeyUnavailable
from entrepot.meta.tables import data_keys
from entrepot.services.kms import aliases, deletion, keys, lookup
from tests.ecr.lab import Refused, refused
from tests.kms.conftest import Vault, arn_of
from tests.kms.world import World

DAY = timedelta(days=1)


def kept(kms: World, scope: str) -> int:
    query = select(func.count()).select_from(data_keys).where(data_keys.c.scope == scope, data_keys.c.wrapped != b"")
    return kms.run(kms.app.db.read(lambda c: c.execute(query).scalar_one()))


def test_deleted_when_the_waiting_is_over(kms: World) -> None:
    row = kms.create()
    kms.run(aliases.create(kms.app, kms.ctx(), "alias/deleted", row.key_id))
    blob = kms.encrypt(row.key_id, b"x")
    kms.repository("deleted/repository", row)
    with capture_logs() as logs:
        _, when = kms.run(deletion.schedule(kms.app, kms.ctx(), row.key_id, 7))
    assert abs(when - kms.clock() - 7 * DAY) < timedelta(minutes=1)
    (told,) = logs
    assert told["event"] == "key is going to be deleted"
    assert told["among_them"] == ["arn:aws:ecr:us-east-1:123456789012:repository/deleted/repository"]
    kms.turned += 6 * DAY
    assert kms.run(deletion.delete_due(kms.app)) == 0
    assert kept(kms, f"kms/{row.key_id}") == 1
    with pytest.raises(KeyUnavailable, match="is pending deletion"):
        kms.decrypt(blob)
    kms.turned += DAY
    with capture_logs() as logs:
        assert kms.run(deletion.delete_due(kms.other)) == 1
    assert [each["repositories"] for each in logs] == [1]
    assert kms.run(deletion.delete_due(kms.app)) == 0
    assert kept(kms, f"kms/{row.key_id}") == 0
    for name in (row.key_id, row.arn, "alias/deleted"):
        with pytest.raises(KeyNotFound):
            kms.run(keys.describe(kms.app, kms.ctx(), name))
    with pytest.raises(AccessDenied, match="does not exist"):
        kms.decrypt(blob)
    with pytest.raises(KeyUnavailable) as caught:
        kms.run(kms.other.keyring.material(row.id))
    assert caught.value.kms_error == "NotFoundException"
    listed = kms.run(keys.page(kms.app, kms.ctx(), "", 1000))
    assert row.key_id not in {each.key_id for each in listed}
    with pytest.raises(KeyNotFound):
        kms.run(kms.app.db.read(lookup.require, row.ref))


def test_taken_back(kms: World) -> None:
    row = kms.create()
    blob = kms.encrypt(row.key_id, b"x")
    kms.run(deletion.schedule(kms.app, kms.ctx(), row.key_id, 30))
    kms.turned += 29 * DAY
    kms.run(deletion.cancel(kms.app, kms.ctx(), row.key_id))
    kms.turned += 10 * DAY
    assert kms.run(deletion.delete_due(kms.app)) == 0
    shown = kms.run(keys.describe(kms.app, kms.ctx(), row.key_id)).row
    assert (shown.state, shown.deletion_at) == ("Disabled", None)
    kms.run(keys.enable(kms.app, kms.ctx(), row.key_id))
    assert kms.decrypt(blob) == b"x"


def test_new_material_is_never_taken_for_that_of_a_deleted_key(kms: World) -> None:
    """A process goes on knowing material by its id for as long as it lives."""
    row = kms.create()
    kms.encrypt(row.key_id, b"x")
    kms.run(deletion.schedule(kms.app, kms.ctx(), row.key_id, 7))
    kms.turned += 7 * DAY
    kms.run(deletion.delete_due(kms.app))
    again = kms.create()
    assert kms.decrypt(kms.encrypt(again.key_id, b"x"), kms.other) == b"x"
    key = kms.run(kms.app.keyring.for_scope("test"))
    assert kms.run(kms.other.keyring.by_id(key.key_id)) == key


def test_many_at_once(kms: World) -> None:
    made = [kms.create() for _ in range(3)]
    for row in made:
        kms.run(deletion.schedule(kms.app, kms.ctx(), row.key_id, 8))
    kms.turned += 8 * DAY
    assert kms.run(deletion.delete_due(kms.app)) == 3


def test_by_the_api(vault: Vault, key: str) -> None:
    kms = vault.root
    early = refused(kms.cancel_key_deletion, KeyId=key)
    assert early == Refused("KMSInvalidStateException", f"{arn_of(key)} is not pending deletion.", 400, {})
    for days in (0, 6, 31, 366):
        found = refused(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days)
        assert found.code == "ValidationException"
    answer = kms.schedule_key_deletion(KeyId=key)
    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (arn_of(key), "PendingDeletion", 30)
    shown = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (shown["KeyState"], shown["Enabled"], shown["DeletionDate"]) == (
        "PendingDeletion",
        False,
        answer["DeletionDate"],
    )
    for call, given in (
        ("schedule_key_deletion", {}),
        ("enable_key", {}),
        ("disable_key", {}),
        ("update_key_description", {"Description": "x"}),
        ("encrypt", {"Plaintext": b"x"}),
    ):
        assert refused(getattr(kms, call), KeyId=key, **given).code == "KMSInvalidStateException"
    assert kms.get_key_policy(KeyId=key)["Policy"]
    assert kms.cancel_key_deletion(KeyId=arn_of(key))["KeyId"] == arn_of(key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
