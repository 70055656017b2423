"""The policies that bear on a request, read and parsed once for each version of the accounts concerned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Connection

from entrepot.context import ANONYMOUS, App, KmsKeyRef, Principal, Registry, RepositoryRef, Resource
from entrepot.meta import access_policies as rows
from entrepot.meta import access_versions, kms_aliases, kms_keys, registry_settings, repositories, resource_policies
from entrepot.meta.access_policies import Documents, IdentityRow
from entrepot.rules.iam import request as facts
from entrepot.rules.iam.decision import NamedPolicy, Source
from entrepot.rules.iam.document import Kind, Policy, parse_policy
from entrepot.rules.iam.managed import MANAGED
from entrepot.rules.iam.request import PrincipalFacts, PrincipalKind, Value
from entrepot.rules.iam_tags import with_session_tags
from entrepot.rules.kms_conditions import keys_of_key
from entrepot.services.access_context import mentions

Scope = Literal["V1", "V2"]
SCOPE_SETTING = "REGISTRY_POLICY_SCOPE"


@dataclass(frozen=True, slots=True)
class OfPrincipal:
    """What a principal's own policies say. `version` is the account's that they were read at.

    `mentioned` are the varying condition keys that they look at (`access_context.mentions`).
    `gone` is True for a user or role that no longer exists: nothing is allowed to whoever still has its keys.
    """

    version: int
    facts: PrincipalFacts
    identity: tuple[NamedPolicy, ...] = ()
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] | None = None
    gone: bool = False
    mentioned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfResource:
    """The policies on a resource. They are None where it has none, and where it does not exist.

    `keys` are the condition keys that tell of a key of KMS.
    """

    version: int
    resource: NamedPolicy | None = None
    registry: NamedPolicy | None = None
    scope: Scope = "V2"
    mentioned: frozenset[str] = frozenset()
    keys: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows behind OfPrincipal."""

    version: int
    identity: IdentityRow
    tags: tuple[tuple[str, str], ...]
    documents: list[Documents]
    managed: dict[str, str]


async def of_principal(app: App, principal: Principal) -> OfPrincipal:
    """The principal's facts and policies, as of at most half a second ago."""
    if principal == ANONYMOUS:
        return OfPrincipal(0, facts.ANONYMOUS)
    version = await app.access.version(principal.account)
    key = (principal, version)
    if found := app.access.policies.get(key):
        return cast("OfPrincipal", found)
    loaded = await _load_principal(app, principal, version)
    app.access.policies.put((principal, loaded.version), loaded)
    app.access.learn(principal.account, loaded.version)
    return loaded


async def of_resource(app: App, resource: RepositoryRef | KmsKeyRef | Registry | Resource) -> OfResource:
    """The policies on a repository, key or registry; anything else has none."""
    version = await app.access.version(resource.account)
    if isinstance(resource, Resource):
        return OfResource(version)
    key = (resource, version)
    if found := app.access.policies.get(key):
        return cast("OfResource", found)
    of_this = await _load_resource(app, resource)
    app.access.policies.put((resource, of_this.version), of_this)
    app.access.learn(resource.account, of_this.version)
    return of_this


async def prepare(app: App, registry: Registry, names: Sequence[str]) -> None:
    """Reads the policies of many repositories at once, so that `of_resource` finds them."""
    version = await app.access.version(registry.account)
    refs = [RepositoryRef(registry, name) for name in names]
    missing = [ref for ref in refs if app.access.policies.get((ref, version)) is None]
    if not missing:
        return
    loaded = await _load_resources(app, registry, [ref.name for ref in missing])
    app.access.learn(registry.account, loaded[0].version)
    for ref, found in zip(missing, loaded[1:], strict=True):
        app.access.policies.put((ref, found.version), found)


async def resource_tags(app: App, repo: RepositoryRef, version: int) -> dict[str, str]:
    """The tags of a repository; none where it does not exist."""
    key = ("tags", repo, version)
    found: dict[str, str] | None = app.access.policies.get(key)
    if found is not None:
        return found

    def tags_txn(connection: Connection) -> tuple[int, dict[str, str]]:
        row = repositories.find_repository(connection, repo)
        tags = repositories.tags_of_repository(connection, row.id) if row else {}
        return access_versions.find_version(connection, repo.account), tags

    now_at, tags = await app.db.read(tags_txn)
    app.access.policies.put(("tags", repo, now_at), tags)
    return tags


def facts_of(principal: Principal, tags: Iterable[tuple[str, str]] = ()) -> PrincipalFacts:
    """Who asks, in the words of the policy language. `tags` are the user's or role's own."""
    session = principal.session
    merged = with_session_tags(tags, session.tags if session else ())
    unique_id = principal.user_id.partition(":")[0]
    if principal.is_root:
        return PrincipalFacts("root", principal.arn, principal.account, principal.account)
    if session and session.role_arn:
        return PrincipalFacts(
            "role-session",
            principal.arn,
            principal.account,
            unique_id,
            role_arn=session.role_arn,
            session_name=session.name,
            tags=merged,
        )
    kind: PrincipalKind = "user" if ":user/" in principal.arn else "federated"
    name = principal.arn.rpartition("/")[2] if kind == "user" else ""
    return PrincipalFacts(kind, principal.arn, principal.account, unique_id, name, tags=merged)


def named(name: str, text: str, kind: Kind, source: Source) -> NamedPolicy:
    """A stored policy, parsed. It was checked when it was stored: PolicyInvalid would be a damaged database."""
    return NamedPolicy(name, parse_policy(text, kind), source)


async def _load_principal(app: App, principal: Principal, version: int) -> OfPrincipal:
    who = facts_of(principal)
    session = _session_policies(principal)
    if who.kind == "root":
        return OfPrincipal(version, who, session=session, mentioned=mentions(session or ()))
    read = await app.db.read(_read_principal, principal, who)
    if read is None or read.identity.unique_id != who.unique_id:
        return OfPrincipal(version, who, gone=True)
    identity = tuple(policy for documents in read.documents for policy in _identity_policies(documents, read))
    boundary = _boundary(read)
    mentioned = mentions((*identity, boundary, *(session or ())))
    return OfPrincipal(read.version, facts_of(principal, read.tags), identity, boundary, session, mentioned=mentioned)


def _session_policies(principal: Principal) -> tuple[NamedPolicy, ...] | None:
    if principal.session is None or not principal.session.policies:
        return None
    texts = principal.session.policies
    return tuple(named(f"session policy {n}", text, "session", "session") for n, text in enumerate(texts, 1))


def _read_principal(connection: Connection, principal: Principal, who: PrincipalFacts) -> _Read | None:
    arn, kind = (who.role_arn, "role") if who.role_arn else (who.arn, "user")
    identity = rows.find_identity(connection, principal.account, kind, arn.rpartition("/")[2])
    if identity is None:
        return None
    documents = rows.documents_of(connection, identity)
    arns = {arn for each in documents for arn in each.attached} | {identity.boundary_arn or ""}
    return _Read(
        access_versions.find_version(connection, principal.account),
        identity,
        rows.tags_of(connection, identity.id),
        documents,
        rows.managed_documents(connection, principal.account, arns - {""}),
    )


def _identity_policies(documents: Documents, read: _Read) -> Iterable[NamedPolicy]:
    of_group = documents.identity.kind == "group"
    prefix = f"{documents.identity.name}/" if of_group else ""
    for name, text in documents.inline:
        yield named(prefix + name, text, "identity", "group" if of_group else "inline")
    for arn in documents.attached:
        text = _managed_text(arn, read)
        if text is not None:
            yield named(arn, text, "identity", "group" if of_group else "managed")


def _boundary(read: _Read) -> NamedPolicy | None:
    arn = read.identity.boundary_arn
    if arn is None:
        return None
    text = _managed_text(arn, read)
    if text is None:  # a boundary that is gone is none to go beyond: it allows nothing
        return NamedPolicy(arn, Policy("boundary", "2012-10-17", ()), "boundary")
    return named(arn, text, "boundary", "boundary")


def _managed_text(arn: str, read: _Read) -> str | None:
    return MANAGED.get(arn) or read.managed.get(arn)


async def _load_resource(app: App, resource: RepositoryRef | KmsKeyRef | Registry) -> OfResource:
    if isinstance(resource, KmsKeyRef):
        return await app.db.read(_read_key, resource)
    names = [resource.name] if isinstance(resource, RepositoryRef) else []
    registry = resource.registry if isinstance(resource, RepositoryRef) else resource
    return (await _load_resources(app, registry, names))[-1]


def _read_key(connection: Connection, ref: KmsKeyRef) -> OfResource:
    version = access_versions.find_version(connection, ref.account)
    row = kms_keys.find_key(connection, ref.registry, ref.key_id)
    if row is None or row.state == "Deleted":
        return OfResource(version)
    policy = named(ref.key_id, row.policy, "key", "key")
    aliases = kms_aliases.names_of_key(connection, row.id)
    return OfResource(version, policy, mentioned=mentions((policy,)), keys=keys_of_key(row.tags, aliases))


async def _load_resources(app: App, registry: Registry, names: Sequence[str]) -> list[OfResource]:
    """The registry as a whole, then each repository."""

    def read_txn(connection: Connection) -> tuple[int, str | None, str | None, dict[str, str]]:
        return (
            access_versions.find_version(connection, registry.account),
            resource_policies.find_registry_policy(connection, registry),
            registry_settings.find_setting(connection, registry, SCOPE_SETTING),
            resource_policies.policies_of(connection, registry, names) if names else {},
        )

    version, registry_text, scope, texts = await app.db.read(read_txn)
    shared = named("registry policy", registry_text, "registry", "registry") if registry_text else None
    found = [None, *(named(name, texts[name], "resource", "resource") if name in texts else None for name in names)]
    in_scope = cast("Scope", scope or "V2")
    return [OfResource(version, each, shared, in_scope, mentions((each, shared))) for each in found]
