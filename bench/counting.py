"""What requests are to a database and a store, counted by these: transactions, statements, WAL; requests and bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from tests.support.postgres import Cluster
from tests.support.s3_proxy import S3Proxy

_READS, _WRITES = "BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN ISOLATION LEVEL SERIALIZABLE"
_STATEMENTS = """
SELECT query, calls FROM pg_stat_statements
JOIN pg_database ON pg_database.oid = dbid WHERE datname = %s
"""


@dataclass(frozen=True, slots=True)
class Work:
    """Transactions that read and that write, the statements in them, and bytes of WAL."""

    reads: int = 0
    writes: int = 0
    statements: int = 0
    wal: int = 0

    def __sub__(self, earlier: Work) -> Work:
        return Work(
            self.reads - earlier.reads,
            self.writes - earlier.writes,
            self.statements - earlier.statements,
            self.wal - earlier.wal,
        )


class PostgresCounter:
    """Counts what is done in one database of a cluster that has pg_stat_statements loaded. Watches from another."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self._database = database
        self._connection = psycopg.connect(cluster.url("postgres"), autocommit=True)
        self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def work(self) -> Work:
        """What was done so far. The WAL is the whole cluster's."""
        calls: Counter[str] = Counter()
        for query, count in self._connection.execute(_STATEMENTS, [self._database]):
            calls[_kind(query)] += count
        return Work(calls["read"], calls["write"], calls["statement"], self.wal())

    def wal(self) -> int:
        """Bytes of WAL that the cluster ever wrote."""
        row = self._connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone()
        return int(row[0]) if row else 0

    def checkpoint(self) -> None:
        """After this, the first change of each page writes the whole page to the WAL."""
        self._connection.execute("CHECKPOINT")

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def _kind(query: str) -> str:
    if query.startswith("BEGIN"):
        return "read" if query.startswith(_READS) else "write" if query.startswith(_WRITES) else "other"
    return "other" if query.startswith(("COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")) else "statement"


@dataclass(frozen=True, slots=True)
class StoreWork:
    """Requests to a store by kind, the bytes that it was sent and those that it answered with."""

    requests: Mapping[str, float]
    taken: float
    given: float


def store_work(proxy: S3Proxy, acts: int) -> StoreWork:
    """What went through a proxy since it was told to forget, for one of so many acts."""
    requests = {kind: count / acts for kind, count in sorted(proxy.counted().items())}
    taken = sum(each.length for each in proxy.seen if not each.copies) / acts
    return StoreWork(requests, taken, proxy.answered / acts)
