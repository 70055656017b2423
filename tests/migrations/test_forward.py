"""From every schema that was released, with data in it, to the newest."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, inspect, text

from entrepot.context import Registry, RepositoryRef
from entrepot.errors import StorageUnavailable
from entrepot.meta import access_keys, blobs, image_pages, images, repositories, uploads
from entrepot.meta import schema as schema_module
from entrepot.meta.schema import HEAD, SCRIPTS, current_revision, migrate
from tests.migrations.engines import Empty

RELEASED = sorted(
    script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions() if script.revision < HEAD
)
REPO = RepositoryRef(Registry("123456789012", "us-east-1"), "team/app")
DIGEST, LAYER = "sha256:" + "a" * 64, "sha256:" + "b" * 64

# In an order that foreign keys allow. These columns have been there since 0001.
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("accounts", {"account_id": REPO.account, "created_at": 1}),
    ("data_keys", {"id": 1, "scope": "secrets", "generation": 0, "wrapped": b"\0\xff", "created_at": 2}),
    ("access_keys", {
        "access_key_id": "AKIAEXAMPLE", "account_id": REPO.account, "principal_arn": "arn", "user_id": "1",
        "sealed_secret": b"\0", "data_key_id": 1, "active": True, "created_at": 3,
    }),
    ("repositories", {
        "id": 1, "account_id": REPO.account, "region": "us-east-1", "name": REPO.name, "created_at": 4,
        "tag_mutability": "MUTABLE", "exclusion_filters": "[]",
    }),
    ("resource_tags", {"repository_id": 1, "key": "Größe", "value": "ß"}),
    ("blobs", {"id": 1, "data_key_id": 1, "digest": LAYER, "size": 7, "object_id": "f" * 32, "created_at": 5}),
    ("repository_blobs", {"repository_id": 1, "digest": LAYER, "blob_id": 1, "created_at": 6}),
    ("uploads", {
        "id": "u", "repository_id": 1, "principal_arn": "arn", "data_key_id": 1, "object_id": "e" * 32,
        "received": 1 << 40, "state": "", "parts": 1, "last_part": 2, "part_too_small": False, "updated_at": 7,
    }),
    *(("images", {
        "id": number, "repository_id": 1, "digest": digest, "media_type": "m", "artifact_type": None,
        "subject_digest": None, "manifest_size": 2, "image_size": 7, "annotations": "{}", "pushed_at": 8,
        "last_pulled_at": None,
    }) for number, digest in ((1, DIGEST), (2, LAYER))),
    ("manifests", {"image_id": 1, "payload": b"{}"}),
    *(("image_tags", {"repository_id": 1, "tag": tag, "image_id": 1, "updated_at": 9}) for tag in ("v1", "V1", "a")),
    ("image_blobs", {"repository_id": 1, "digest": LAYER, "image_id": 1, "media_type": "layer"}),
    ("image_children", {"parent_id": 2, "child_id": 1}),
]  # fmt: skip


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, database: Empty, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A database as a release left it that had the migrations up to one."""
    engine = database.engine()
    with monkeypatch.context() as patch:
        patch.setattr(schema_module, "HEAD", request.param)
        migrate(engine)
    assert current_revision(engine) == request.param
    with engine.begin() as connection:
        fill(connection)
    return engine


def fill(connection: Connection) -> None:
    """Puts rows in by the tables as they are, which are not those of this release."""
    tables = MetaData()
    tables.reflect(connection)
    for name, row in ROWS:
        connection.execute(tables.tables[name].insert(), row)


def test_data_outlives_the_migrations(released: Engine) -> None:
    migrate(released)
    assert current_revision(released) == HEAD
    with released.connect() as connection:
        repository = repositories.find_repository(connection, REPO)
        assert repository
        assert repositories.tags_of_repository(connection, repository.id) == {"Größe": "ß"}
        image = images.find_image_by_tag(connection, repository.id, "v1")
        assert image
        assert images.payload_of(connection, image.id) == (b"{}", None)
        assert images.parents_of(connection, image.id) == [LAYER]
        assert image_pages.page_of_tags(connection, repository.id, "", 9) == ["V1", "a", "v1"]
        blob = blobs.find_blob(connection, repository.id, LAYER)
        assert blob
        assert (blob.size, blob.object_id) == (7, "f" * 32)
        upload = uploads.find_upload(connection, "u", repository.id, "arn")
        assert upload
        assert upload.received == 1 << 40
        key = access_keys.find_access_key(connection, "AKIAEXAMPLE")
        assert key
        assert key.sealed_secret == b"\0"
        for name in {name for name, _ in ROWS}:
            wanted = sum(each == name for each, _ in ROWS)
            assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == wanted  # noqa: S608


def test_a_migration_that_fails_leaves_everything_as_it_was(released: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step raises, after all the others have done their work."""
    before, revision = tables_of(released), current_revision(released)
    run = schema_module._run_migrations

    def broken(connection: Connection) -> None:
        run(connection)
        raise StorageUnavailable("broken")

    with monkeypatch.context() as patch:
        patch.setattr(schema_module, "_run_migrations", broken)
        with pytest.raises(StorageUnavailable, match="broken"):
            migrate(released)
    assert (tables_of(released), current_revision(released)) == (before, revision)
    migrate(released)
    assert current_revision(released) == HEAD


def tables_of(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        inspector = inspect(connection)
        return {name: [each["name"] for each in inspector.get_columns(name)] for name in inspector.get_table_names()}
