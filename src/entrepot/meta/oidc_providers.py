"""OpenID Connect providers whose tokens an account's roles can trust."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import oidc_providers as t
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider. `url` is the issuer without 'https://', as it stands in the ARN."""

    id: int
    account_id: str
    url: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]
    tags: Mapping[str, str]
    created_at: datetime

    @property
    def arn(self) -> str:
        """The provider's ARN."""
        return provider_arn(self.account_id, self.url)


def provider_arn(account: str, url: str) -> str:
    """The ARN of a provider, whose `url` has no scheme."""
    return f"arn:aws:iam::{account}:oidc-provider/{url}"


_COLUMNS = (t.c.id, t.c.account_id, t.c.url, t.c.client_ids, t.c.thumbprints, t.c.tags, t.c.created_at)


def _provider(row: Row[int, str, str, str, str, str, int]) -> ProviderRow:
    return ProviderRow(
        row.id,
        row.account_id,
        row.url,
        tuple(json.loads(row.client_ids)),
        tuple(json.loads(row.thumbprints)),
        json.loads(row.tags),
        from_micros(row.created_at),
    )


def find_provider(connection: Connection, account_id: str, url: str) -> ProviderRow | None:
    """The account's provider of that URL (without scheme)."""
    query = select(*_COLUMNS).where(t.c.account_id == account_id, t.c.url == url)
    row = connection.execute(query).one_or_none()
    return _provider(row) if row else None


def all_providers(connection: Connection, account_id: str) -> list[ProviderRow]:
    """Every provider of an account, by URL."""
    query = select(*_COLUMNS).where(t.c.account_id == account_id).order_by(t.c.url)
    return [_provider(row) for row in connection.execute(query)]


def count_providers(connection: Connection, account_id: str) -> int:
    """How many providers an account has."""
    return connection.execute(select(func.count()).where(t.c.account_id == account_id)).scalar_one()


def add_provider(
    connection: Connection,
    account_id: str,
    url: str,
    *,
    client_ids: Sequence[str],
    thumbprints: Sequence[str],
    tags: Mapping[str, str],
    now: int,
) -> bool:
    """Creates a provider; says whether the URL was free."""
    values = {
        "account_id": account_id,
        "url": url,
        "client_ids": json.dumps(list(client_ids)),
        "thumbprints": json.dumps(list(thumbprints)),
        "tags": json.dumps(dict(tags)),
        "created_at": now,
    }
    return insert_or_ignore(connection, t, values)


def delete_provider(connection: Connection, provider_id: int) -> None:
    """Removes a provider."""
    connection.execute(delete(t).where(t.c.id == provider_id))


def set_client_ids(connection: Connection, provider_id: int, client_ids: Sequence[str]) -> None:
    """Sets the audiences that tokens may be for."""
    connection.execute(update(t).where(t.c.id == provider_id).values(client_ids=json.dumps(list(client_ids))))


def set_thumbprints(connection: Connection, provider_id: int, thumbprints: Sequence[str]) -> None:
    """Sets the certificates' thumbprints."""
    connection.execute(update(t).where(t.c.id == provider_id).values(thumbprints=json.dumps(list(thumbprints))))


def set_tags(connection: Connection, provider_id: int, tags: Mapping[str, str]) -> None:
    """Sets all tags of a provider."""
    connection.execute(update(t).where(t.c.id == provider_id).values(tags=json.dumps(dict(tags))))
