"""What the doctor says of facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.doctor import access, clocks, databases, exposure, files, keys, space, stores, work
from entrepot.rules.doctor.access import AccessFacts, KeyFact
from entrepot.rules.doctor.clocks import ClockFacts
from entrepot.rules.doctor.databases import PostgresFacts, SchemaFacts, SqliteFacts
from entrepot.rules.doctor.exposure import ExposureFacts
from entrepot.rules.doctor.files import FileFact
from entrepot.rules.doctor.finding import Finding, size_text, span_text
from entrepot.rules.doctor.keys import KeyFacts, KmsFact
from entrepot.rules.doctor.space import SpaceFacts
from entrepot.rules.doctor.stores import StoreFacts, StoresFacts
from entrepot.rules.doctor.work import WorkFacts

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
sizes = st.integers(0, 1 << 50)


def codes(findings: Iterable[Finding]) -> dict[str, str]:
    """Severity by code; every finding is a sentence with a remedy."""
    found = list(findings)
    assert all(each.what.strip() and each.remedy.strip() and "\n" not in each.what + each.remedy for each in found)
    return {each.code: each.severity for each in found}


@given(st.integers(0, 0o777), st.integers(0, 0o777), st.booleans())
def test_modes(mode: int, allowed: int, secret: bool) -> None:  # noqa: FBT001 - drawn
    found = list(files.judge(5, [FileFact("/a b", "the file", 0o100000 | mode, 5, allowed, secret, usable=True)]))
    assert bool(found) == bool(mode & ~allowed)
    if found:
        fixed = int(found[0].remedy.split()[1], 8)
        assert fixed & ~allowed == 0
        assert fixed & mode == fixed
        assert found[0].remedy.endswith("'/a b'")
        assert found[0].severity == ("error" if secret else "warning")


def test_owners() -> None:
    fact = FileFact("/x", "the file", 0o600, 6, 0o600, secret=True, usable=False)
    assert codes(files.judge(5, [fact])) == {"foreign-owner": "warning", "not-usable": "error"}


@given(st.floats(0, 4e9), st.floats(-1e5, 1e5), st.sampled_from(["database", "store", "newest"]))
def test_clocks(now: float, off: float, which: str) -> None:
    found = codes(clocks.judge(replace(ClockFacts(now), **{which: now + off})))
    early = which == "newest" and off < 0
    distance = abs((now + off) - now)
    if distance < 4.99 or early:
        assert found == {}
    elif distance > 5.01:
        [severity] = found.values()
        if not 29.9 < distance < 30.1:
            assert severity == ("error" if distance >= 30 else "warning")


@given(sizes, sizes, sizes)
def test_less_room_is_never_better(total: int, some: int, more: int) -> None:
    small, large = sorted((min(some, total), min(more, total)))
    ranks = {"": 0, "disk-low": 1, "disk-full": 2}

    def rank(free: int) -> int:
        found = codes(space.judge(SpaceFacts("/data", free, total, 10**9, 10**10)))
        return ranks["".join(found)]

    assert rank(small) >= rank(large)
    assert rank(total) == 0


def test_room() -> None:
    gib = space.GIB
    assert codes(space.judge(SpaceFacts("/d", gib, 500 * gib, 10**9, 10**10))) == {"disk-full": "error"}
    assert codes(space.judge(SpaceFacts("/d", 15 * gib, 500 * gib, 10**9, 10**10))) == {"disk-low": "warning"}
    assert codes(space.judge(SpaceFacts("/d", 100 * gib, 500 * gib, 10**9, 10**10, 5 * gib))) == {}
    assert codes(space.judge(SpaceFacts("/d", 100 * gib, 500 * gib, 10**9, 10**10, 10 * gib))) == {
        "disk-soon-full": "warning"
    }
    assert codes(space.judge(SpaceFacts("/d", 100 * gib, 500 * gib, 99, 10**6))) == {"few-inodes": "warning"}
    assert codes(space.judge(SpaceFacts("/d", 100 * gib, 500 * gib, 0, 0))) == {}


GOOD = PostgresFacts(
    15, "UTF8", standby=False, fsync=True, full_page_writes=True, synchronous_commit=True, room=97, wanted=97
)


def test_databases() -> None:
    assert codes(databases.judge_postgres(GOOD)) == {}
    for change, code in (
        ({"fsync": False}, "fsync-off"),
        ({"full_page_writes": False}, "full-page-writes-off"),
        ({"synchronous_commit": False}, "synchronous-commit-off"),
        ({"standby": True}, "standby"),
        ({"encoding": "SQL_ASCII"}, "encoding"),
        ({"version": 12}, "old-postgres"),
        ({"wanted": 98}, "too-many-connections"),
    ):
        assert list(codes(databases.judge_postgres(replace(GOOD, **change)))) == [code]
    assert codes(databases.judge_sqlite(SqliteFacts("/db", [], []))) == {}
    assert codes(databases.judge_sqlite(SqliteFacts("/db", ["x"], ["y"]))) == {
        "database-damaged": "error",
        "dangling-rows": "error",
    }
    assert codes(databases.judge_schema(SchemaFacts("0006", "0006"))) == {}
    assert codes(databases.judge_schema(SchemaFacts("0007", "0006"))) == {"newer-schema": "note"}


def test_keys() -> None:
    def kms(state: str) -> KmsFact:
        return KmsFact("arn:aws:kms:us-east-1:1:key/k", "k", state, "2030-02-01", ["a", "b", "c", "d", "e"])  # type: ignore[arg-type]

    assert codes(keys.judge(KeyFacts(5, [], [kms("Enabled")]))) == {}
    assert codes(keys.judge(KeyFacts(5, ["tokens"]))) == {"data-key-broken": "error"}
    assert codes(keys.judge(KeyFacts(5, [], [kms("Disabled")]))) == {"kms-key-disabled": "warning"}
    [pending] = keys.judge(KeyFacts(5, [], [kms("PendingDeletion")]))
    assert (pending.code, pending.severity) == ("kms-key-pending-deletion", "error")
    assert "a, b, c and 2 more" in pending.what
    assert "2030-02-01" in pending.what
    assert codes(keys.judge(KeyFacts(5, [], [kms("Deleted")]))) == {"kms-key-deleted": "warning"}


def test_stores() -> None:
    assert codes(stores.judge(StoreFacts("/blobs", folder=True))) == {}
    assert codes(stores.judge(StoreFacts("/blobs", folder=True, present=False))) == {"folder-missing": "error"}
    odd = (stores.ODD_CONDITIONS, stores.ODD_PARTS, stores.ODD_CONTENT)
    assert codes(stores.judge(StoreFacts("s3://x/", folder=False, refusal="AccessDenied", odd=odd))) == {
        "store-unusable": "error",
        "store-conditions": "error",
        "store-parts": "error",
        "store-content": "error",
    }
    found = list(stores.judge_named(StoresFacts((), {"": 3, "s3://old/": 2}, [""])))
    assert [(each.code, each.remedy) for each in found] == [("unknown-store", "add s3://old/ to blobs_also")]
    assert codes(stores.judge_orphans(0, 0, works=False)) == {}
    assert codes(stores.judge_orphans(2, 5000, works=False)) == {"orphans": "warning"}
    assert codes(stores.judge_orphans(2, 5000, works=True)) == {"orphans": "note"}


@given(st.none() | st.floats(-60, 1e9), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_work(late: float | None, overdue: int, failed: int, stuck: int) -> None:
    found = codes(work.judge(WorkFacts(late, overdue, failed, stuck)))
    assert ("no-worker" in found) == (late is None or late >= work.PATIENCE)
    assert ("gc-overdue" in found, "deletions-failed" in found, "uploads-stuck" in found) == (
        overdue > 0,
        failed > 0,
        stuck > 0,
    )


SAFE = ExposureFacts(
    host="127.0.0.1",
    local=True,
    tls=False,
    proxies=(),
    any_proxy=False,
    gc_delay=DAY,
    debug=False,
    unencrypted=False,
    certificate_days=None,
    open_files=65536,
)


def test_exposure() -> None:
    assert codes(exposure.judge(SAFE)) == {}
    everywhere = replace(SAFE, host="0.0.0.0", local=False)
    assert codes(exposure.judge(everywhere)) == {"no-tls": "warning"}
    assert codes(exposure.judge(replace(everywhere, tls=True))) == {}
    assert codes(exposure.judge(replace(everywhere, proxies=("10.0.0.1/32",)))) == {}
    for change, code, severity in (
        ({"proxies": ("0.0.0.0/0",), "any_proxy": True}, "trusts-everyone", "error"),
        ({"gc_delay": timedelta(minutes=59)}, "short-gc-delay", "warning"),
        ({"debug": True}, "debug-log", "warning"),
        ({"unencrypted": True}, "unencrypted-layers", "warning"),
        ({"certificate_days": 20.0}, "certificate-expires", "warning"),
        ({"certificate_days": -1.0}, "certificate-expires", "error"),
        ({"open_files": 1024}, "few-files", "warning"),
    ):
        assert codes(exposure.judge(replace(SAFE, **change))) == {code: severity}
    assert codes(exposure.judge(replace(SAFE, gc_delay=timedelta(hours=1), certificate_days=22.0))) == {}


@given(st.integers(0, 1000), st.none() | st.integers(0, 1000), st.booleans(), st.sampled_from(["ecr", "iam", None]))
def test_access_keys(age: int, unused: int | None, root: bool, service: str | None) -> None:  # noqa: FBT001 - drawn
    used = None if unused is None else NOW - unused * DAY
    key = KeyFact("AKIA", "1", "arn", root, NOW - age * DAY, used, service)
    found = codes(access.judge(AccessFacts(NOW, [key], [])))
    assert ("root-key-used" in found) == (root and service == "ecr" and unused is not None and unused < 30)
    assert ("old-key" in found) == (age > 365)
    idle = age if unused is None else unused
    assert ("unused-key" in found) == (age <= 365 and idle > 90 and not root)


@given(sizes, st.floats(0, 1e9))
def test_texts(size: int, seconds: float) -> None:
    number, unit = size_text(size).split()
    assert abs(float(number) * 1024 ** ["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit) - size) <= 0.06 * max(size, 1)
    assert span_text(seconds).split()[1] in {"seconds", "minutes", "hours", "days"}
