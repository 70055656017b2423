"""Rotation: by itself when it is due, and on demand; what was encrypted before still decrypts."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from entrepot.services.kms import keys, rotation
from tests.ecr.lab import refused
from tests.kms.conftest import Vault, arn_of
from tests.kms.world import World

DAY = timedelta(days=1)


def status(kms: World, key: str) -> tuple[int, datetime]:
    found = kms.run(rotation.status(kms.app, kms.ctx(), key))
    assert found.days is not None
    assert found.next_at is not None
    return found.days, found.next_at


def materials(kms: World, key: str) -> list[str | None]:
    found = kms.run(rotation.materials(kms.app, kms.ctx(), key, -1, 100, rotations_only=False))
    assert found.entries[-1].data_key_id == found.current
    return [each.kind for each in found.entries]


@pytest.mark.parametrize("days", [None, 90, 2560])
def test_when_it_is_due(kms: World, days: int | None) -> None:
    key = kms.create().key_id
    kms.run(rotation.enable(kms.app, kms.ctx(), key, days))
    period, first = status(kms, key)
    assert period == (days or 365)
    assert abs(first - kms.clock() - DAY * period) < timedelta(minutes=1)
    blobs = [kms.encrypt(key, b"before")]
    kms.turned += DAY * (period - 1)
    kms.run(rotation.rotate_due(kms.app))
    assert materials(kms, key) == [None]
    kms.turned += DAY
    assert kms.run(rotation.rotate_due(kms.other)) >= 1
    assert kms.run(rotation.rotate_due(kms.app)) == 0
    assert materials(kms, key) == [None, "AUTOMATIC"]
    blobs.append(kms.encrypt(key, b"before"))
    assert blobs[0][22:30] != blobs[1][22:30]
    for app in (kms.app, kms.other):
        assert [kms.decrypt(blob, app) for blob in blobs] == [b"before"] * 2
    period, second = status(kms, key)
    assert abs(second - first - DAY * period) < timedelta(minutes=1)


def test_two_processes_at_once_rotate_once(kms: World) -> None:
    key = kms.create().key_id
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 90))
    kms.turned += DAY * 91

    async def both() -> None:
        await asyncio.gather(rotation.rotate_due(kms.app), rotation.rotate_due(kms.other))

    kms.run(both())
    assert materials(kms, key) == [None, "AUTOMATIC"]


def test_a_disabled_key_is_rotated_once_it_is_enabled(kms: World) -> None:
    key = kms.create().key_id
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 90))
    kms.run(keys.disable(kms.app, kms.ctx(), key))
    kms.turned += DAY * 200
    kms.run(rotation.rotate_due(kms.app))
    assert materials(kms, key) == [None]
    assert status(kms, key)[0] == 90
    kms.run(keys.enable(kms.app, kms.ctx(), key))
    kms.run(rotation.rotate_due(kms.app))
    assert materials(kms, key) == [None, "AUTOMATIC"]
    _, after = status(kms, key)
    assert abs(after - kms.clock() - DAY * 90) < timedelta(minutes=1)


def test_on_demand_leaves_the_schedule(kms: World) -> None:
    key = kms.create().key_id
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 90))
    before = status(kms, key)
    blob = kms.encrypt(key, b"x")
    kms.turned += DAY
    kms.run(rotation.on_demand(kms.app, kms.ctx(), key))
    assert status(kms, key) == before
    assert materials(kms, key) == [None, "ON_DEMAND"]
    assert kms.decrypt(blob) == b"x"
    kms.run(rotation.disable(kms.app, kms.ctx(), key))
    assert kms.run(rotation.status(kms.app, kms.ctx(), key)).days is None
    kms.turned += DAY * 100
    kms.run(rotation.rotate_due(kms.app))
    assert materials(kms, key) == [None, "ON_DEMAND"]


def test_the_period_counts_from_its_change(kms: World) -> None:
    key = kms.create().key_id
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 90))
    before = status(kms, key)
    kms.turned += DAY * 30
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 90))
    assert status(kms, key) == before
    kms.run(rotation.enable(kms.app, kms.ctx(), key, 100))
    period, after = status(kms, key)
    assert period == 100
    assert abs(after - kms.clock() - DAY * 100) < timedelta(minutes=1)


def test_by_the_api(vault: Vault, key: str) -> None:
    kms: Any = vault.root
    off = kms.get_key_rotation_status(KeyId=key)
    assert (off["KeyRotationEnabled"], off["KeyId"]) == (False, arn_of(key))
    assert not {"RotationPeriodInDays", "NextRotationDate"} & set(off)
    kms.enable_key_rotation(KeyId=key)
    on = kms.get_key_rotation_status(KeyId=arn_of(key))
    assert (on["KeyRotationEnabled"], on["RotationPeriodInDays"]) == (True, 365)
    assert 364 <= (on["NextRotationDate"] - datetime.now(on["NextRotationDate"].tzinfo)).days <= 365
    for days in (89, 2561):
        found = refused(kms.enable_key_rotation, KeyId=key, RotationPeriodInDays=days)
        assert found.code == "ValidationException"
    kms.disable_key_rotation(KeyId=key)
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    kms.disable_key(KeyId=key)
    for call in ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"):
        assert refused(getattr(kms, call), KeyId=key).code == "DisabledException"
    kms.schedule_key_deletion(KeyId=key)
    for call in ("enable_key_rotation", "disable_key_rotation", "rotate_key_on_demand"):
        assert refused(getattr(kms, call), KeyId=key).code == "KMSInvalidStateException"
    assert not kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]


def test_listed_and_limited(vault: Vault, key: str) -> None:
    kms: Any = vault.root
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    first = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert kms.list_key_rotations(KeyId=key)["Rotations"] == []
    for _ in range(25):
        assert kms.rotate_key_on_demand(KeyId=key)["KeyId"] == arn_of(key)
    assert refused(kms.rotate_key_on_demand, KeyId=key).code == "LimitExceededException"
    pages = kms.get_paginator("list_key_rotations").paginate(KeyId=key, PaginationConfig={"PageSize": 10})
    listed = [each for page in pages for each in page["Rotations"]]
    assert len(listed) == 25
    assert {(each["KeyId"], each["RotationType"]) for each in listed} == {(arn_of(key), "ON_DEMAND")}
    assert [each["KeyMaterialState"] for each in listed] == ["NON_CURRENT"] * 24 + ["CURRENT"]
    current = kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert listed[-1]["KeyMaterialId"] == current != first
    everything = kms.list_key_rotations(KeyId=key, IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert everything[1:] == listed
    assert everything[0] == {"KeyId": arn_of(key), "KeyMaterialId": first, "KeyMaterialState": "NON_CURRENT"}
    found = kms.decrypt(CiphertextBlob=blob)
    assert (found["Plaintext"], found["KeyMaterialId"]) == (b"x", first)
