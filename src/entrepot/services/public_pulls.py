"""Whether a registry has anything that everyone may pull: what its challenge to strangers depends on."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Registry
from entrepot.meta import access_versions, resource_policies
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.public import opens_to_everyone


async def has_public_pulls(app: App, registry: Registry) -> bool:
    """Whether the policy of any of the registry's repositories opens a pull to everyone.

    Read once for each version of the account. It says nothing of which repository that is, nor of how many.
    """
    version = await app.access.version(registry.account)
    found: bool | None = app.access.policies.get(("public pulls", registry, version))
    if found is not None:
        return found
    now_at, found = await app.db.read(_read, registry)
    app.access.policies.put(("public pulls", registry, now_at), found)
    app.access.learn(registry.account, now_at)
    return found


def _read(connection: Connection, registry: Registry) -> tuple[int, bool]:
    """The version that the answer holds for, and the answer."""
    documents = resource_policies.documents_with_asterisk(connection, registry)
    found = any(opens_to_everyone(parse_policy(text, "resource")) for text in documents)
    return access_versions.find_version(connection, registry.account), found
