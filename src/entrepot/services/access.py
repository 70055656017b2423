"""The one place that decides who may do what. Called by every service before it looks anything up.

A decision is made from policies that are at most half a second old (`access_cache`) and kept for as long as they hold.
Whether a repository exists makes no difference to it: one that does not has no policy and no tags, like many that do.
A key that does not exist is decided on by the caller's own policies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import structlog

from entrepot.context import ANONYMOUS, App, Context, KmsKeyRef, Principal, Registry, RepositoryRef, Resource
from entrepot.errors import AccessDenied
from entrepot.rules.iam.decision import Decision, PolicySet
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.explain import denial_text
from entrepot.rules.iam.request import AccessRequest, Value
from entrepot.services import access_policies
from entrepot.services.access_advice import advice
from entrepot.services.access_context import RESOURCE_TAGS, condition_keys, relevant, tag_keys
from entrepot.services.access_policies import OfPrincipal, OfResource

Target = RepositoryRef | KmsKeyRef | Registry | Resource
Grounds = tuple[tuple[str, int], ...]
"""Accounts, each with the version that a decision was made from."""

RECOVERY = frozenset(
    {
        *("ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"),
        *("ecr:GetRegistryPolicy", "ecr:PutRegistryPolicy", "ecr:DeleteRegistryPolicy"),
    }
)
"""What an account's root may always do in its own account: a policy that locks everyone out can be taken back."""

_GONE = Decision(allowed=False, reason="not-allowed", layer="identity")
_AT_A_TIME = 50
_REMEMBERED = 2048
"""Characters of what only the service knew; encryption contexts are as long as their senders like, and differ."""

log = structlog.get_logger()


async def authorize(
    app: App,
    ctx: Context,
    action: str,
    resource: Target,
    keys: Mapping[str, Value] | None = None,
    *,
    named: Resource | None = None,
) -> None:
    """Raises AccessDenied unless the principal may do `action` (such as 'ecr:PutImage').

    `resource` is the repository acted on, existing or not, another thing by its ARN, or the registry as a whole.
    `keys` are condition keys that only the service knows, such as aws:RequestTag/... and aws:TagKeys. `named` is the
    alias that the caller knows the resource by: without rights to that either, the words of the denial are about it.
    """
    given = keys or {}
    decision = await decide(app, ctx, action, resource, given)
    if decision.allowed:
        return
    _note(ctx, action, resource, decision)
    if named and not (of_alias := await decide(app, ctx, action, named, given)).allowed:
        resource, decision = named, of_alias
    who = await access_policies.of_principal(app, ctx.principal)
    told = await _told(app, ctx, action, resource, given, who, decision)
    request = AccessRequest(who.facts, action, arn_of(resource), resource.account)
    raise AccessDenied(denial_text(told, request), advice(told, request), decision.reason)


async def allowed(app: App, ctx: Context, action: str, repos: Sequence[RepositoryRef]) -> list[bool]:
    """Whether the principal may do `action`, for each of some repositories of one registry."""
    found: list[bool] = []
    for first in range(0, len(repos), _AT_A_TIME):
        batch = repos[first : first + _AT_A_TIME]
        await access_policies.prepare(app, batch[0].registry, [repo.name for repo in batch])
        found += [(await decide(app, ctx, action, repo, {})).allowed for repo in batch]
        await asyncio.sleep(0)  # others may want to be served meanwhile
    return found


async def decide(app: App, ctx: Context, action: str, resource: Target, keys: Mapping[str, Value]) -> Decision:
    """The decision on one request, made anew or remembered."""
    if recovers(ctx.principal, action, resource):
        return Decision(allowed=True, reason="root")
    who = await access_policies.of_principal(app, ctx.principal)
    if who.gone:
        return _GONE
    what = await access_policies.of_resource(app, resource)
    mentioned = who.mentioned | what.mentioned
    known = condition_keys(ctx, keys) if mentioned else {}
    # What the service says of the request decides too, whether or not a policy is seen to mention it.
    given = tuple(sorted(keys.items()))
    key = (action, ctx.principal, who.version, resource, what.version, relevant(known, mentioned), given)
    if found := app.access.decisions.get(key):
        return cast("Decision", found)
    request = await request_for(app, ctx, action, resource, keys, who, what)
    decision = evaluate(request, policy_set(who, what))
    if len(repr(given)) <= _REMEMBERED:
        app.access.decisions.put(key, decision)
    return decision


async def grounds(app: App, ctx: Context, actions: Sequence[str], repo: RepositoryRef) -> Grounds | None:
    """What the right to do all of `actions` stands on: the versions of accounts, and nothing else.

    None where it is not given, or stands on more than that: on when, from where or with which client it is asked for.
    """
    who = await access_policies.of_principal(app, ctx.principal)
    what = await access_policies.of_resource(app, repo)
    if who.mentioned or what.mentioned:
        return None
    for action in actions:
        if not (await decide(app, ctx, action, repo, {})).allowed:
            return None
    of_principal = {} if ctx.principal == ANONYMOUS else {ctx.principal.account: who.version}
    if of_principal.get(repo.account, what.version) != what.version:
        return None  # it changed between the two
    return tuple({**of_principal, repo.account: what.version}.items())


async def still(app: App, found: Grounds) -> bool:
    """Whether grounds are as they were, as of half a second ago at most."""
    for account, version in found:
        if await app.access.version(account) != version:
            return False
    return True


def _note(ctx: Context, action: str, resource: Target, decision: Decision) -> None:
    """Tells the log what decided, which the caller may not be told. Strangers are asked to log in, without a line."""
    if ctx.principal == ANONYMOUS:
        return
    by = decision.by
    log.info(
        "denied",
        principal=ctx.principal.arn,
        action=action,
        resource=arn_of(resource),
        reason=decision.reason,
        layer=decision.layer,
        policy=by and by.policy,
        statement=by and by.index + 1,
    )


async def _told(
    app: App,
    ctx: Context,
    action: str,
    resource: Target,
    keys: Mapping[str, Value],
    who: OfPrincipal,
    decision: Decision,
) -> Decision:
    """The denial that is put into words: what a repository's policy or tags forbid is told to those with rights there.

    Anyone else is told what would be told of a repository that does not exist, or the words would tell that it does.
    The same goes for keys.
    """
    if who.gone or not isinstance(resource, RepositoryRef | KmsKeyRef):
        return decision
    what = await access_policies.of_resource(app, resource)
    absent = replace(what, resource=None)
    request = await request_for(app, ctx, action, resource, keys, who, what)
    if evaluate(request, policy_set(who, absent)).allowed:
        return decision
    bare = AccessRequest(who.facts, action, arn_of(resource), resource.account, condition_keys(ctx, keys))
    of_absent = evaluate(bare, policy_set(who, absent))
    return decision if of_absent.allowed else of_absent


async def request_for(
    app: App,
    ctx: Context,
    action: str,
    resource: Target,
    keys: Mapping[str, Value],
    who: OfPrincipal,
    what: OfResource,
) -> AccessRequest:
    """The question as the evaluator takes it, with the tags of the repository where any policy asks for them."""
    known = condition_keys(ctx, keys)
    if isinstance(resource, KmsKeyRef):
        known |= {**dict(what.keys), "kms:CallerAccount": ctx.principal.account}
    if isinstance(resource, RepositoryRef) and RESOURCE_TAGS in who.mentioned | what.mentioned:
        known |= tag_keys(await access_policies.resource_tags(app, resource, what.version))
    return AccessRequest(who.facts, action, arn_of(resource), resource.account, known)


async def allowed_under(
    app: App,
    ctx: Context,
    action: str,
    resource: RepositoryRef | KmsKeyRef,
    what: OfResource,
    keys: Mapping[str, Value] | None = None,
) -> bool:
    """Whether the principal would be allowed `action` if the policies of the repository or key were those given."""
    who = await access_policies.of_principal(app, ctx.principal)
    request = await request_for(app, ctx, action, resource, keys or {}, who, what)
    return not who.gone and evaluate(request, policy_set(who, what)).allowed


def policy_set(who: OfPrincipal, what: OfResource) -> PolicySet:
    """All policies that bear on a request of `who` to `what`."""
    return PolicySet(who.identity, who.boundary, who.session, what.resource, what.registry, what.scope)


def arn_of(resource: Target) -> str:
    """What a policy's Resource element is compared with: the registry as a whole has no ARN."""
    return "*" if isinstance(resource, Registry) else resource.arn


def recovers(principal: Principal, action: str, resource: Target) -> bool:
    """Whether an account's root is about to read, replace or remove a policy of its own account (RECOVERY)."""
    return action in RECOVERY and principal.is_root and principal.account == resource.account
