"""An auditor's questions: who can do something, and why a request is allowed or denied. Asked from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from entrepot.context import ANONYMOUS, App, Context, KmsKeyRef, Principal, Registry, RepositoryRef, Resource, Session
from entrepot.errors import InvalidParameter, NoSuchEntity
from entrepot.meta import access_policies as rows
from entrepot.meta import kms_keys, resource_policies
from entrepot.rules.iam.arns import arn_segments
from entrepot.rules.iam.decision import Decision
from entrepot.rules.iam.explain import Step
from entrepot.rules.iam.explain import explain as steps_of
from entrepot.rules.iam.keys import exists
from entrepot.rules.iam.managed import MANAGED, PREFIX
from entrepot.rules.iam.request import PrincipalFacts, Value
from entrepot.rules.iam.vocabulary import wrong_action
from entrepot.rules.iam.who_can import Candidate, Holder
from entrepot.rules.iam.who_can import who_can as holders_of
from entrepot.rules.wildcards import matches
from entrepot.services import access, access_policies
from entrepot.services.access import Target
from entrepot.services.access_policies import OfPrincipal, OfResource, named

_REPOSITORY_ARN = re.compile(r"arn:aws[a-z-]*:ecr:([a-z0-9-]+):(\d{12}):repository/(.+)")
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):key/(.+)")
_IAM_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(root|(user|role)/(.+))")
_WithPolicy = RepositoryRef | KmsKeyRef
_SESSION = "session"
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_ABROAD = "whatever its own account allows"


@dataclass(frozen=True, slots=True)
class Answer:
    """A principal that can. `but` are repositories whose own policies keep it from it.

    `certain` is False where it depends on conditions, or goes for some of the resources only.
    """

    principal: PrincipalFacts
    resource: str
    decision: Decision
    certain: bool
    but: tuple[str, ...] = ()


def target_of(app: App, text: str) -> Target:
    """What a user names: a repository, by its ARN or by its name in the home registry, any other ARN, or '*'."""
    if text == "*":
        return app.home
    if match := _REPOSITORY_ARN.fullmatch(text):
        return RepositoryRef(Registry(match[2], match[1]), match[3])
    if match := _KEY_ARN.fullmatch(text):
        return KmsKeyRef(Registry(match[2], match[1]), match[3])
    if segments := arn_segments(text):
        return Resource(segments[4], text)
    return RepositoryRef(app.home, text)


async def who_can(app: App, action: str, resource: str) -> list[Answer]:
    """Everyone who can do `action` to the resources that fit `resource`, in whose names wildcards may stand.

    First those whose own policies say so, then those whom the policy of a single repository lets in. Without its policy
    nobody can do anything to a key: there the answers are by key. Raises InvalidParameter for an action that does not
    exist: nobody can do it, not even who is allowed everything.
    """
    _check(action)
    target = target_of(app, resource)
    registry = target.registry if isinstance(target, RepositoryRef | KmsKeyRef) else target
    whole = await access_policies.of_resource(app, registry)
    own = await _own_policies(app, target)
    known = await _everyone(app)
    everyone = [*known, *_abroad(known, [whole, *own.values()])]
    arn = access.arn_of(target)
    if isinstance(target, KmsKeyRef) or arn in {each.arn for each in own}:
        general: dict[PrincipalFacts, Holder] = {}
    else:
        general = _holders(action, arn, target.account, everyone, whole)
    special = {_name(each): _holders(action, each.arn, each.account, everyone, what) for each, what in own.items()}
    return [*_in_general(general, special, arn), *_in_particular(general, special, own)]


async def explain(
    app: App, principal: str, action: str, resource: str, context: Mapping[str, Value]
) -> tuple[Step, ...]:
    """The decision on one request, step by step.

    Raises NoSuchEntity for a principal that is not there, InvalidParameter for an action or a key that does not exist.
    """
    _check(action, context)
    target = target_of(app, resource)
    asking = await _principal(app, principal)
    ctx = Context(asking, app.home, "explain", app.clock())
    who, what = await access_policies.of_principal(app, asking), await access_policies.of_resource(app, target)
    request = await access.request_for(app, ctx, action, target, context, who, what)
    steps = steps_of(request, access.policy_set(who, what))
    if access.recovers(asking, action, target):
        return (*steps, Step("Allowed all the same: an account's root can always take its policies back", "allow"))
    return steps


def _check(action: str, context: Iterable[str] = ()) -> None:
    if wrong := wrong_action(action):
        raise InvalidParameter(wrong)
    for key in context:
        if ":" not in key or not exists(key.lower()):
            raise InvalidParameter(f"There is no condition key {key}")


async def _own_policies(app: App, target: Target) -> dict[_WithPolicy, OfResource]:
    """The repositories and keys that are asked about and have a policy, with it."""
    found: list[_WithPolicy] = []
    if isinstance(target, RepositoryRef):
        names = await app.db.read(resource_policies.names_with_policy, target.registry)
        found += [RepositoryRef(target.registry, name) for name in names if matches(target.name, name)]
    elif isinstance(target, KmsKeyRef):
        ids = await app.db.read(kms_keys.ids_of_keys, target.registry)
        found += [KmsKeyRef(target.registry, key_id) for key_id in ids if matches(target.key_id, key_id)]
    return {each: await access_policies.of_resource(app, each) for each in found}


def _name(thing: _WithPolicy) -> str:
    return thing.name if isinstance(thing, RepositoryRef) else thing.key_id


async def _everyone(app: App) -> list[OfPrincipal]:
    """All principals of the deployment: roots, users, sessions of roles; last those without credentials."""

    def principals_txn(connection: Connection) -> list[Principal]:
        found: list[Principal] = []
        for account in rows.known_accounts(connection):
            found.append(_root(account))
            found += [
                _of_identity(account, each.kind, each.arn(account), each.unique_id)
                for each in rows.principals_of_account(connection, account)
            ]
        return found

    found = await app.db.read(principals_txn)
    return [await access_policies.of_principal(app, each) for each in (*found, ANONYMOUS)]


def _abroad(known: Sequence[OfPrincipal], policies: Sequence[OfResource]) -> list[OfPrincipal]:
    """Accounts, users and roles that policies name and that are not of this deployment."""
    accounts = {each.facts.account for each in known}
    own = (named(_ABROAD, MANAGED[PREFIX + "AdministratorAccess"], "identity", "managed"),)
    found: dict[str, OfPrincipal] = {}
    for policy in {each.resource for each in policies} | {each.registry for each in policies}:
        for statement in policy.policy.statements if policy else ():
            principals = statement.principals
            for account in sorted(principals.accounts - accounts) if principals else ():
                arn = f"arn:aws:iam::{account}:root"
                found[arn] = OfPrincipal(0, PrincipalFacts("root", arn, account, account))
            for arn in sorted(principals.names) if principals else ():
                if (match := _IAM_ARN.fullmatch(arn)) and match[1] not in accounts:
                    facts = access_policies.facts_of(_of_identity(match[1], match[3], arn, ""))
                    found[arn] = OfPrincipal(0, facts, own)
    return list(found.values())


def _holders(
    action: str, arn: str, account: str, everyone: Sequence[OfPrincipal], what: OfResource
) -> dict[PrincipalFacts, Holder]:
    candidates = [Candidate(who.facts, access.policy_set(who, what)) for who in everyone if not who.gone]
    return {holder.principal: holder for holder in holders_of(action, arn, account, candidates)}


def _in_general(
    general: Mapping[PrincipalFacts, Holder], special: Mapping[str, Mapping[PrincipalFacts, Holder]], arn: str
) -> list[Answer]:
    return [
        Answer(who, arn, holder.decision, holder.certain, tuple(name for name in special if who not in special[name]))
        for who, holder in general.items()
    ]


def _in_particular(
    general: Mapping[PrincipalFacts, Holder],
    special: Mapping[str, Mapping[PrincipalFacts, Holder]],
    own: Mapping[_WithPolicy, OfResource],
) -> list[Answer]:
    return [
        Answer(who, each.arn, holder.decision, holder.certain)
        for each in own
        for who, holder in special[_name(each)].items()
        if who not in general
    ]


async def _principal(app: App, arn: str) -> Principal:
    if arn in {"anonymous", "*"}:
        return ANONYMOUS
    match = _IAM_ARN.fullmatch(arn)
    if match is None:
        raise InvalidParameter("The principal must be the ARN of an account's root, a user or a role, or 'anonymous'")
    if match[2] == "root":
        return _root(match[1])
    row = await app.db.read(rows.find_identity, match[1], match[3], match[4].rpartition("/")[2])
    if row is None or row.arn(match[1]) != arn:
        raise NoSuchEntity(f"The {match[3]} {arn} cannot be found.")
    return _of_identity(match[1], match[3], arn, row.unique_id)


def _root(account: str) -> Principal:
    return Principal(f"arn:aws:iam::{account}:root", account, account, "")


def _of_identity(account: str, kind: str, arn: str, unique_id: str) -> Principal:
    """A user, or a session of a role: it is in sessions that roles ask."""
    if kind == "user":
        return Principal(arn, account, unique_id, "")
    name = arn.rpartition("/")[2]
    session_arn = f"arn:aws:sts::{account}:assumed-role/{name}/{_SESSION}"
    session = Session(_SESSION, _NO_TIME, _NO_TIME, role_arn=arn)
    return Principal(session_arn, account, f"{unique_id}:{_SESSION}", "", session)
