"""Keys, databases, work and access: each finding brought about, and its remedy followed."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from entrepot.context import RepositoryRef
from entrepot.meta import access_key_pages, kms_keys
from entrepot.meta.tables import access_keys, data_keys, identities, object_deletions, repositories
from entrepot.rules.kms_keys import KeyState
from entrepot.services import gc, image_deletion, resource_policies, sweeping, uploads
from entrepot.services.iam import access_keys as keys_of
from entrepot.services.iam import users
from entrepot.services.iam.users import UserRequest
from entrepot.services.image_ids import ImageId
from tests.doctor.patient import Patient, prepared
from tests.gc.world import ACCOUNT, DELAY, REGISTRY, ROOT
from tests.support.images import tiny_image

DAY = timedelta(days=1)


def test_a_healthy_deployment(here: Patient) -> None:
    examined = here.examined()
    assert examined.well == (not here.world.settings.database)
    assert examined.left_out == []


def test_the_master_key_is_gone_or_another(here: Patient) -> None:
    path = here.data / "master.key"
    kept = path.read_text()
    path.unlink()
    examined = here.examined()
    assert not examined.well
    assert examined.left_out == ["data keys", "pair", "orphans"]
    assert here.codes() == {"master-key": "error", "left-out": "note"}
    for text in ("00" * 32 + "\n", "half of a k"):
        path.write_text(text)
        path.chmod(0o600)
        assert here.codes() == {"master-key": "error", "left-out": "note"}
    path.write_text(kept)


def test_data_keys_that_do_not_open(here: Patient) -> None:
    here.world.create("keyed")
    here.world.upload("keyed", b"something")
    scope = f"registry/{ACCOUNT}/us-east-1"
    own = data_keys.c.scope == scope
    kept = here.rows(lambda c: c.execute(select(data_keys.c.wrapped).where(own)).scalar_one())
    here.rows(lambda c: c.execute(update(data_keys).where(own).values(wrapped=os.urandom(60))) and None)
    found = here.finding("data-key-broken")
    assert (found.severity, scope in found.what) == ("error", True)
    here.rows(lambda c: c.execute(update(data_keys).where(own).values(wrapped=kept)) and None)


def test_keys_of_kms_that_may_not_be_used(here: Patient) -> None:
    here.world.create("sealed")
    now = here.world.now()

    def encrypt(connection: Any) -> int:
        key = kms_keys.add_key(connection, REGISTRY, "k-1", "CUSTOMER", "", "{}", now)
        change = update(repositories).where(repositories.c.name == "sealed").values(kms_key_id=key.id)
        connection.execute(change)
        return key.id

    key = here.rows(encrypt)
    assert here.codes() == {}
    states: list[tuple[KeyState, str, str]] = [
        ("Disabled", "kms-key-disabled", "warning"),
        ("PendingDeletion", "kms-key-pending-deletion", "error"),
        ("Deleted", "kms-key-deleted", "warning"),
    ]
    for state, code, severity in states:
        here.rows(lambda c, s=state: kms_keys.set_state(c, key, s, now))
        assert here.codes() == {code: severity}
    assert "sealed" in here.finding("kms-key-deleted").what
    here.rows(lambda c: kms_keys.set_state(c, key, "Enabled"))


def test_clocks_that_differ(here: Patient) -> None:
    here.world.upload(_repository(here, "timed"), b"now")
    skewed = {"clock-in-the-past"} | ({"clock-skew-database"} if here.world.settings.database else set[str]())
    here.world.turned = timedelta(seconds=-15)
    assert {code: here.codes()[code] for code in skewed} == dict.fromkeys(skewed, "warning")
    here.world.turned = timedelta(minutes=-2)
    assert {code: here.codes()[code] for code in skewed} == dict.fromkeys(skewed, "error")


def test_nobody_works(here: Patient) -> None:
    here.world.turned = timedelta(minutes=20)
    assert here.codes() == {"no-worker": "warning"} | _skew(here)
    here.work()
    assert here.codes() == _skew(here)
    here.execute("DELETE FROM leases")
    assert here.codes()["no-worker"] == "warning"
    here.work()


def _skew(here: Patient) -> dict[str, str]:
    """A clock that a test turns is not PostgreSQL's."""
    return {"clock-skew-database": "error"} if here.world.settings.database else {}


def test_the_collection_is_overdue(here: Patient) -> None:
    image, repository = tiny_image("overdue"), _repository(here, "overdue")
    repo = RepositoryRef(REGISTRY, repository)
    here.world.push(repository, image)
    here.world.run(image_deletion.delete_one(here.world.app, here.world.ctx(), repo, ImageId(image.digest)))
    here.world.turned = DAY + DELAY
    found = here.codes()
    assert (found["gc-overdue"], found["no-worker"]) == ("warning", "warning")
    here.world.run(gc.collect(here.world.app))
    assert "gc-overdue" not in here.codes()
    here.world.turned = 2 * DAY
    here.world.run(gc.collect(here.world.app))
    here.work()


def test_deletions_that_the_store_refuses(here: Patient) -> None:
    now = here.world.now()
    row = {"object_id": "ab" * 16, "store": "", "size": 1, "due_at": now + 10**9, "attempts": 3}
    row |= {"account_id": "", "region": "", "repository": ""}
    here.rows(lambda c: c.execute(insert(object_deletions), row) and None)
    assert here.codes() == {"deletions-failed": "warning"}
    here.world.turned = timedelta(hours=1)
    here.world.run(gc.collect(here.world.app))
    here.world.turned = timedelta()
    here.work()
    assert here.codes() == {}


def test_uploads_that_nobody_ends(here: Patient) -> None:
    repo = RepositoryRef(REGISTRY, _repository(here, "stuck"))
    here.world.run(uploads.start(here.world.app, here.world.ctx(), repo))
    here.world.turned = timedelta(hours=26)
    assert here.codes()["uploads-stuck"] == "warning"
    here.world.run(sweeping.sweep_uploads(here.world.app))
    assert "uploads-stuck" not in here.codes()


def test_orphans(here: Patient) -> None:
    name = "0123456789abcdef" * 2
    path = here.data / "blobs" / name[0] / name[1] / name
    path.write_bytes(bytes(5000))
    os.utime(path, (then := time.time() - 3 * 3600, then))
    found = here.finding("orphans")
    assert (found.severity, "1 old objects (4.9 KiB)" in found.what) == ("note", True)
    here.execute("DELETE FROM leases")
    assert here.finding("orphans").severity == "warning"
    here.work()
    assert not path.exists()


def test_layers_where_nobody_looks(here: Patient, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    repository = _repository(here, "moved")
    here.world.upload(repository, b"moved away")
    here.execute(f"UPDATE blobs SET store = '{elsewhere}'")  # noqa: S608 - a path of the test's own
    assert here.codes() == {"unknown-store": "error"}
    assert here.finding("unknown-store").remedy == f"add {elsewhere} to blobs_also"
    shutil.copytree(here.data / "blobs", elsewhere)
    elsewhere.chmod(0o700)
    assert here.codes(blobs_also=(elsewhere,)) == {}
    here.execute("UPDATE blobs SET store = ''")


def test_the_folder_of_layers_is_gone(here: Patient) -> None:
    folder, aside = here.data / "blobs", here.data / "aside"
    folder.rename(aside)
    folder.mkdir(mode=0o700)
    examined = here.examined()
    assert here.codes() == {"folder-missing": "error", "left-out": "note"}
    assert examined.left_out == ["data keys", "pair", "orphans"]
    assert list(folder.iterdir()) == []
    folder.rmdir()
    assert "folder-missing" in here.codes()
    assert not folder.exists()
    aside.rename(folder)


def test_policies_that_let_everyone_in(here: Patient) -> None:
    repo = RepositoryRef(REGISTRY, _repository(here, "public"))
    pull = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}'
    here.world.run(resource_policies.set_of_repository(here.world.app, here.world.ctx(), repo, pull, force=True))
    found = here.finding("open-to-everyone")
    assert "123456789012/us-east-1/public" in found.what
    assert found.severity == "warning"
    here.world.run(resource_policies.delete_of_repository(here.world.app, here.world.ctx(), repo))
    assert here.codes() == {}


def test_roles_that_anybody_may_assume(here: Patient) -> None:
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
    )
    row = {"account_id": ACCOUNT, "kind": "role", "name": "open", "folded_name": "open", "path": "/"}
    row |= {"unique_id": "AROAEXAMPLE", "created_at": 1, "trust_policy": trust}
    here.rows(lambda c: c.execute(insert(identities), row) and None)
    assert "the trust policy of the role open" in here.finding("open-to-everyone").what
    here.execute("DELETE FROM identities WHERE name = 'open'")


def test_the_roots_key_is_used_for_images(here: Patient) -> None:
    now = here.world.now()
    [key] = here.rows(lambda c: c.execute(select(access_keys.c.access_key_id)).scalars().all())
    here.rows(lambda c: access_key_pages.note_use(c, key, now, now, service="ecr", region="us-east-1"))
    assert here.codes() == {"root-key-used": "warning"}
    here.world.turned = timedelta(days=31)
    assert "root-key-used" not in here.codes()
    here.world.turned = timedelta()
    here.rows(lambda c: access_key_pages.note_use(c, key, now + 1, now + 1, service="iam", region="us-east-1"))


def test_keys_that_are_old_or_unused(here: Patient) -> None:
    app, ctx = here.world.app, here.world.ctx()
    here.world.run(users.create(app, ctx, UserRequest("ci", "/", None, ())))
    key = here.world.run(keys_of.create(app, ctx, "ci"))
    here.world.turned = timedelta(days=91)
    assert here.codes()["unused-key"] == "note"
    assert key.access_key_id in here.finding("unused-key").what
    here.world.turned = timedelta(days=366)
    old = [each.what for _, each in here.examined().findings if each.code == "old-key"]
    assert sum(key.access_key_id in what for what in old) == 1
    here.world.run(keys_of.delete(app, replace(ctx, principal=ROOT), "ci", key.access_key_id))
    here.world.turned = timedelta(days=91)
    assert "unused-key" not in here.codes()


def _repository(here: Patient, name: str) -> str:
    here.world.create(name)
    return name


def test_no_database(tmp_path: Path, on_sqlite: Patient) -> None:
    data = tmp_path / "data"
    prepared(data)
    (data / "entrepot.db").rename(tmp_path / "away")
    for ending in ("-wal", "-shm"):
        (data / f"entrepot.db{ending}").unlink(missing_ok=True)
    found = on_sqlite.codes(data=data)
    assert found == {"no-database": "error", "left-out": "note"}
    assert not (data / "entrepot.db").exists()
    (tmp_path / "away").rename(data / "entrepot.db")
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}


@pytest.mark.parametrize("what", ["nothing", "noise", "half"])
def test_a_file_that_is_no_database(tmp_path: Path, on_sqlite: Patient, what: str) -> None:
    data = tmp_path / "data"
    prepared(data)
    whole = (data / "entrepot.db").read_bytes()
    broken = {"nothing": b"", "noise": os.urandom(8192), "half": whole[: len(whole) // 2]}[what]
    (data / "entrepot.db").write_bytes(broken)
    examined = on_sqlite.examined(data=data)
    assert not examined.well
    (data / "entrepot.db").write_bytes(whole)
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}


def test_a_damaged_database(tmp_path: Path, on_sqlite: Patient) -> None:
    data = tmp_path / "data"
    prepared(data)
    path = data / "entrepot.db"
    whole = path.read_bytes()
    path.write_bytes(whole[: 3 * 4096] + os.urandom(4096) + whole[4 * 4096 :])
    assert on_sqlite.codes(data=data)["database-damaged"] == "error"
    path.write_bytes(whole)
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}
