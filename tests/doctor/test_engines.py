"""PostgreSQL and stores that speak S3: each finding brought about, and its remedy followed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from entrepot import app as composition
from entrepot.meta import schema
from entrepot.meta.postgres import PATIENCE, postgres_engine
from entrepot.meta.sqlite import sqlite_engine
from entrepot.settings_values import BucketUrl
from tests.doctor.patient import Patient, patient, prepared
from tests.s3.conftest import new_place
from tests.support import postgres
from tests.support.postgres import Cluster, cluster
from tests.support.processes import free_port
from tests.support.s3_proxy import Handler, S3Proxy, nothing, refuse
from tests.support.seaweed import SECRET_KEY, seaweed


@pytest.fixture(scope="module")
def pg_ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    with patient(tmp_path_factory.mktemp("doctor") / "data", "postgres") as made:
        yield made


@pytest.fixture
def on_postgres(pg_ward: Patient) -> Iterator[Patient]:
    pg_ward.work()
    assert pg_ward.codes() == {}
    yield pg_ward
    assert pg_ward.codes() == {}


def test_commits_that_do_not_wait(on_postgres: Patient) -> None:
    name = sql.Identifier(str(conninfo_to_dict(on_postgres.world.settings.database)["dbname"]))
    cluster().execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    assert on_postgres.codes() == {"synchronous-commit-off": "error"}
    cluster().execute(sql.SQL("ALTER DATABASE {} RESET synchronous_commit").format(name))


def test_more_connections_than_there_are(on_postgres: Patient) -> None:
    assert on_postgres.codes(workers=40) == {"too-many-connections": "warning"}
    assert on_postgres.codes(workers=40, database_connections=5) == {}


def test_another_encoding(on_postgres: Patient) -> None:
    make = "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
    cluster().execute(sql.SQL(make).format())
    url = cluster().url("ascii")
    engine = postgres_engine(url)
    schema.migrate(engine)
    engine.dispose()
    assert "encoding" in on_postgres.codes(database=url)


@pytest.mark.parametrize("url", ["nobody listens", "no such database", "another password"])
def test_the_database_is_away(on_postgres: Patient, url: str) -> None:
    """The other checks go on, and no password is told."""
    right = on_postgres.world.settings.database
    wrong = {
        "nobody listens": right.replace(str(cluster().port), str(free_port())),
        "no such database": right.replace("/test_", "/test_no_"),
        "another password": right.replace(postgres.PASSWORD, "forgotten"),
    }[url]
    began = time.monotonic()
    examined = on_postgres.examined(database=wrong, host="0.0.0.0")
    assert time.monotonic() - began < PATIENCE  # nothing waits for a database that is away, as a server would
    codes = {each.code for _, each in examined.findings}
    assert codes == {"database-unusable", "no-tls", "left-out"}
    assert not any(postgres.PASSWORD in each.what or "forgotten" in each.what for _, each in examined.findings)
    assert "data keys" in examined.left_out


def test_a_server_that_forgets_and_one_that_stands_by(on_postgres: Patient, tmp_path: Path) -> None:
    own = Cluster()
    try:
        url = own.fresh()
        settings = replace(on_postgres.world.settings, data=tmp_path / "data", database=url)
        composition.prepare(settings)

        def codes() -> set[str]:
            found = on_postgres.examined(data=settings.data, database=url).findings
            return {each.code for _, each in found} - {"no-worker"}

        assert codes() == {"fsync-off", "full-page-writes-off"}
        own.stop()
        with pytest.MonkeyPatch.context() as patched:
            for name in ("fsync", "full_page_writes"):
                patched.setitem(own._options, name, "on")
            own.start()
            assert codes() == set()
            own.stop()
            (signal := own.folder / "data" / "standby.signal").touch(0o666)
            own.start()
            assert codes() == {"standby"}
            own.stop()
            signal.unlink()
            own.start()
            assert codes() == set()
    finally:
        own.remove()


def test_a_schema_of_another_release(on_sqlite: Patient, tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepared(data)
    engine = sqlite_engine(data / "entrepot.db", writes=True)

    def revise(revision: str, oldest: str = "0.1.0") -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 - of the test
            connection.exec_driver_sql(f"UPDATE schema_info SET value = '{oldest}'")  # noqa: S608 - of the test

    expected = {"no-worker": "warning"}
    revise("9999")
    assert on_sqlite.codes(data=data) == {"newer-schema": "note"} | expected
    revise("9999", "99.0.0")
    assert on_sqlite.codes(data=data) == {"schema-refused": "error", "left-out": "note"}
    revise("0001")
    assert on_sqlite.codes(data=data) == {"old-schema": "error", "left-out": "note"}
    revise(schema.HEAD)
    assert on_sqlite.codes(data=data) == expected
    engine.dispose()


def test_rows_that_refer_to_nothing(on_sqlite: Patient, tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepared(data)
    engine = sqlite_engine(data / "entrepot.db", writes=True)
    with engine.connect() as connection:
        raw: Any = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO image_tags VALUES (1, 'lost', 77, 0)")
    assert on_sqlite.codes(data=data) == {"dangling-rows": "error", "no-worker": "warning"}
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM image_tags")
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}
    engine.dispose()


@pytest.fixture
def proxy() -> Iterator[S3Proxy]:
    running = S3Proxy(seaweed().port)
    yield running
    running.close()


@pytest.fixture
def bucket(proxy: S3Proxy, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Settings that lead to a corner of a bucket."""
    for name, value in seaweed().env.items():
        monkeypatch.setenv(name, value)
    _, _, rest = new_place().partition("://")
    name, _, prefix = rest.partition("/")
    place = BucketUrl(name, f"{prefix}/")
    return {"blobs": place, "s3_endpoint_url": proxy.url, "s3_path_style": True, "s3_timeout": 2}


def test_a_bucket_that_does_as_it_should(on_sqlite: Patient, bucket: dict[str, Any]) -> None:
    assert on_sqlite.codes(**bucket) == {}
    place: BucketUrl = bucket["blobs"]
    left = seaweed().client().list_objects_v2(Bucket=place.bucket, Prefix=place.prefix)
    assert left.get("Contents", []) == []


def test_keys_that_the_store_does_not_know(
    on_sqlite: Patient, bucket: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    found = on_sqlite.finding("store-unusable", **bucket)
    assert found.severity == "error"
    assert "SignatureDoesNotMatch" in found.what
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    assert on_sqlite.codes(**bucket) == {}


def test_no_such_bucket_and_nobody_there(on_sqlite: Patient, bucket: dict[str, Any]) -> None:
    assert on_sqlite.codes(**(bucket | {"blobs": BucketUrl("no-such-bucket", "")}))["store-unusable"] == "error"
    away = bucket | {"s3_endpoint_url": f"http://127.0.0.1:{free_port()}"}
    assert on_sqlite.codes(**away)["store-unusable"] == "error"


def took_it(handler: Handler) -> None:
    """What a store says that heeds no condition."""
    handler.respond(200, [("ETag", '"1"')], b"", 0)


def made_it(handler: Handler) -> None:
    """What a store says that makes nothing of parts."""
    body = b"<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>"
    handler.respond(200, [("Content-Type", "application/xml")], body, len(body))


def test_stores_that_do_otherwise(on_sqlite: Patient, bucket: dict[str, Any], proxy: S3Proxy) -> None:
    proxy.fail("Put", took_it, times=1, after=2)
    assert on_sqlite.codes(**bucket) == {"store-conditions": "error"}
    proxy.heal()
    proxy.fail("Complete", made_it)
    assert on_sqlite.codes(**bucket) == {"store-parts": "error"}
    proxy.heal()
    proxy.fail("GetObject", nothing, times=99)
    assert on_sqlite.codes(**bucket) == {"store-content": "error", "store-parts": "error"}
    proxy.heal()
    proxy.fail("Put", refuse(403, "AccessDenied"), times=99)
    assert "AccessDenied" in on_sqlite.finding("store-unusable", **bucket).what
    proxy.heal()
    assert on_sqlite.codes(**bucket) == {}


def test_a_store_in_another_time(on_sqlite: Patient, bucket: dict[str, Any], proxy: S3Proxy) -> None:
    def late(handler: Handler) -> None:
        response, body = handler.upstream()
        headers = [each for each in response.getheaders() if each[0].lower() != "date"]
        date = ("Date", "Thu, 01 Jan 2015 00:00:00 GMT")
        handler.respond(response.status, [*headers, date], body, len(body))

    proxy.fail("List", late, times=99)
    assert on_sqlite.codes(**bucket) == {"clock-skew-store": "error"}
    proxy.heal()
