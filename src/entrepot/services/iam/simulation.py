"""The policy simulator: what requests would be answered, without making them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from entrepot.context import App, Context, Resource
from entrepot.errors import InvalidInput
from entrepot.meta.identities import Kind
from entrepot.rules.iam.decision import PolicySet
from entrepot.rules.iam.request import AccessRequest, PrincipalFacts, Value
from entrepot.rules.iam_context_keys import context_keys
from entrepot.rules.iam_simulation import Result, SimulatedPolicy, simulate, together
from entrepot.services.access import authorize
from entrepot.services.iam.simulated_callers import caller_facts, with_entries
from entrepot.services.iam.simulated_policies import (
    Exclusion,
    PolicySource,
    Simulated,
    check_exclusion,
    find_source,
    given,
)

_IDENTITY = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role)((?:/[\x21-\x7e]+)?/)([\w+=,.@-]+)", re.ASCII)
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)
_OWNER = re.compile(r"(?:arn:aws:iam::)?(\d{12})(?::root)?", re.ASCII)
_IN_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):", re.ASCII)


@dataclass(frozen=True, slots=True)
class Question:
    """What both operations are asked. `context` has the entries by key; texts of policies are yet to be read."""

    actions: Sequence[str]
    resources: Sequence[str]
    policies: Sequence[str]
    boundaries: Sequence[str]
    resource_policy: str | None
    resource_owner: str | None
    caller_arn: str | None
    context: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one action: in all, and for each resource that was named."""

    action: str
    result: Result
    by_resource: Sequence[tuple[str, Result]]


@dataclass(frozen=True, slots=True)
class _Setup:
    """All that the requests of one simulation share."""

    principal: PrincipalFacts
    policies: PolicySet
    sources: Mapping[str, SimulatedPolicy]
    context: Mapping[str, Value]
    owner: str


async def of_principal(
    app: App, ctx: Context, source_arn: str, left_out: Sequence[Exclusion], question: Question
) -> list[Answer]:
    """SimulatePrincipalPolicy. Raises NoSuchEntity, InvalidInput."""
    account, kind, name = _identity(source_arn, "PolicySourceArn")
    await authorize(app, ctx, "iam:SimulatePrincipalPolicy", Resource(account, source_arn))
    for each in left_out:
        check_exclusion(each)
    source: PolicySource = await app.db.read(find_source, account, kind, name, source_arn, left_out)
    asked = replace(question, caller_arn=question.caller_arn or (source_arn if kind != "group" else None))
    if asked.caller_arn == source_arn:
        facts = caller_facts(kind, source_arn, source.row.unique_id, source.tags)
    else:
        facts = _caller(asked.caller_arn, account)
    return _answers(asked, facts, source.policies)


async def keys_of_principal(app: App, ctx: Context, source_arn: str, policies: Sequence[str]) -> list[str]:
    """GetContextKeysForPrincipalPolicy: what requests would have to say. Raises NoSuchEntity, InvalidInput."""
    account, kind, name = _identity(source_arn, "PolicySourceArn")
    await authorize(app, ctx, "iam:GetContextKeysForPrincipalPolicy", Resource(account, source_arn))
    source: PolicySource = await app.db.read(find_source, account, kind, name, source_arn, ())
    own = source.policies
    bound = [own.boundary] if own.boundary else []
    return context_keys(each.named.policy for each in (*own.identity, *bound, *_inputs(policies)))


async def keys_of_custom(app: App, ctx: Context, policies: Sequence[str]) -> list[str]:
    """GetContextKeysForCustomPolicy. Raises InvalidInput."""
    await authorize(app, ctx, "iam:GetContextKeysForCustomPolicy", Resource(ctx.principal.account, "*"))
    return context_keys(each.named.policy for each in _inputs(policies))


async def of_custom(app: App, ctx: Context, question: Question) -> list[Answer]:
    """SimulateCustomPolicy. Raises InvalidInput."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:SimulateCustomPolicy", Resource(account, "*"))
    return _answers(question, _caller(question.caller_arn, account), Simulated())


def _answers(question: Question, facts: PrincipalFacts, own: Simulated) -> list[Answer]:
    _check(question)
    setup = _setup(question, facts, own)
    return [_answer(setup, action, question.resources) for action in question.actions]


def _answer(setup: _Setup, action: str, resources: Sequence[str]) -> Answer:
    found = [(arn, simulate(_request(setup, action, arn), setup.policies, setup.sources)) for arn in resources]
    return Answer(action, together([result for _, result in found]), [] if list(resources) == ["*"] else found)


def _request(setup: _Setup, action: str, arn: str) -> AccessRequest:
    match = _IN_ARN.match(arn)
    return AccessRequest(setup.principal, action, arn, match[1] if match else setup.owner, setup.context)


def _setup(question: Question, facts: PrincipalFacts, own: Simulated) -> _Setup:
    boundary = own.boundary
    for text in question.boundaries:
        boundary = given("PermissionsBoundaryPolicyInputList.1", text, "boundary", "boundary", "none")
    resource = None
    if question.resource_policy is not None:
        resource = given("ResourcePolicy", question.resource_policy, "resource", "resource", "resource")
    identity = [*own.identity, *_inputs(question.policies)]
    policies = PolicySet(
        identity=tuple(each.named for each in identity),
        boundary=boundary.named if boundary else None,
        resource=resource.named if resource else None,
    )
    sources = {each.named.name: each for each in (*identity, boundary, resource) if each}
    principal = with_entries(facts, question.context)
    return _Setup(principal, policies, sources, question.context, _owner(question) or principal.account)


def _inputs(policies: Sequence[str]) -> list[SimulatedPolicy]:
    return [
        given(f"PolicyInputList.{number}", text, "identity", "inline", "none")
        for number, text in enumerate(policies, 1)
    ]


def _owner(question: Question) -> str | None:
    if question.resource_owner is None:
        return None
    match = _OWNER.fullmatch(question.resource_owner)
    if match is None:
        raise InvalidInput(f"Invalid Resource Owner: {question.resource_owner}")
    return match[1]


def _check(question: Question) -> None:
    for action in question.actions:
        if not _ACTION.fullmatch(action):
            raise InvalidInput(f"Invalid Action Name: {action}")
    for arn in question.resources:
        if arn != "*" and not arn.startswith("arn:"):
            raise InvalidInput(f"Invalid Resource ARN: {arn}")
    if len(question.boundaries) > 1:
        raise InvalidInput("A simulation takes one permissions boundary policy.")
    if question.resource_policy is not None:
        if question.caller_arn is None:
            raise InvalidInput("CallerArn is required when a ResourcePolicy is given.")
        if ":role/" in question.caller_arn:
            raise InvalidInput("A ResourcePolicy cannot be simulated for a role.")


def _caller(arn: str | None, account: str) -> PrincipalFacts:
    if arn is None:
        return PrincipalFacts("user", "", account)
    return caller_facts(_identity(arn, "CallerArn")[1], arn, "", ())


def _identity(arn: str, parameter: str) -> tuple[str, Kind, str]:
    match = _IDENTITY.fullmatch(arn)
    if match is None:
        raise InvalidInput(f"Invalid {parameter}: {arn} is not the ARN of a user, group or role.")
    return match[1], cast("Kind", match[2]), match[4]
