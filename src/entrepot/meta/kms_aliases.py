"""Aliases of keys of KMS. Each change has to raise the account's version: conditions look at a key's aliases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from entrepot.context import Registry
from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import kms_aliases as t
from entrepot.meta.tables import kms_keys
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class AliasRow:
    """An alias: `name` begins with `alias/`, `row_id` is the row of its key, `key_id` what clients call that."""

    place: Registry
    name: str
    row_id: int
    key_id: str
    created_at: datetime
    updated_at: datetime

    @property
    def arn(self) -> str:
        """The alias's ARN."""
        return f"arn:aws:kms:{self.place.region}:{self.place.account}:{self.name}"


_COLUMNS = (t.c.account_id, t.c.region, t.c.name, t.c.kms_key_id, kms_keys.c.key_id, t.c.created_at, t.c.updated_at)
_WITH_KEY = select(*_COLUMNS).join(kms_keys, kms_keys.c.id == t.c.kms_key_id)


def find_alias(connection: Connection, place: Registry, name: str) -> AliasRow | None:
    """The alias of that name."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.name == name)
    row = connection.execute(_WITH_KEY.where(*here)).one_or_none()
    return _alias(*row) if row else None


def page_of_aliases(
    connection: Connection, place: Registry, row_id: int | None, after: str, count: int
) -> list[AliasRow]:
    """The `count` aliases whose names follow `after`, by name: of one key, or of all."""
    query = _WITH_KEY.where(t.c.account_id == place.account, t.c.region == place.region, t.c.name > after)
    if row_id is not None:
        query = query.where(t.c.kms_key_id == row_id)
    return [_alias(*row) for row in connection.execute(query.order_by(t.c.name).limit(count))]


def names_of_key(connection: Connection, row_id: int) -> list[str]:
    """What a key is called."""
    return list(connection.execute(select(t.c.name).where(t.c.kms_key_id == row_id).order_by(t.c.name)).scalars())


def count_of_key(connection: Connection, row_id: int) -> int:
    """How many names a key has."""
    return connection.execute(select(func.count()).where(t.c.kms_key_id == row_id)).scalar_one()


def add_alias(connection: Connection, place: Registry, name: str, row_id: int, now: int) -> bool:
    """Gives a key a name; says whether it was free."""
    where = {"account_id": place.account, "region": place.region, "name": name}
    return insert_or_ignore(connection, t, {**where, "kms_key_id": row_id, "created_at": now, "updated_at": now})


def move_alias(connection: Connection, place: Registry, name: str, row_id: int, now: int) -> None:
    """Makes a name that of another key."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.name == name)
    connection.execute(update(t).where(*here).values(kms_key_id=row_id, updated_at=now))


def delete_alias(connection: Connection, place: Registry, name: str) -> None:
    """Frees a name."""
    here = (t.c.account_id == place.account, t.c.region == place.region, t.c.name == name)
    connection.execute(delete(t).where(*here))


def delete_aliases_of_key(connection: Connection, row_id: int) -> None:
    """Frees all names of a key."""
    connection.execute(delete(t).where(t.c.kms_key_id == row_id))


def _alias(account: str, region: str, name: str, row_id: int, key_id: str, created: int, updated: int) -> AliasRow:
    return AliasRow(Registry(account, region), name, row_id, key_id, from_micros(created), from_micros(updated))
