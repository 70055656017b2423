"""The decision: whether a request is allowed, and by what.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" and "Cross-account
policy evaluation logic"; for what a registry policy covers, ECR User Guide, "Private registry permissions". An explicit
deny anywhere wins. In its own account a principal needs the permission from its own policies or from the resource's;
in another one from both; for a role and for a key of KMS from the resource's in any case. A boundary and a session's
policies limit what its own policies give it.
"""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.rules.iam.decision import (
    LAYERS,
    Checked,
    Decider,
    Decision,
    Examination,
    Layer,
    NamedPolicy,
    Outcome,
    PolicySet,
    Reason,
)
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.principals import Grant
from entrepot.rules.iam.request import NO_IDENTITY, AccessRequest
from entrepot.rules.iam.statements import Exactly, Miss, View, find_miss, grant_of, view_of

V1_ACTIONS = frozenset({"ecr:replicateimage", "ecr:batchimportupstreamimage", "ecr:createrepository"})
"""All that a registry policy of the scope V1 says anything about, in lower case."""

ANONYMOUS_ACTIONS = frozenset({"ecr:batchchecklayeravailability", "ecr:batchgetimage", "ecr:getdownloadurlforlayer"})
"""Pulling, in lower case: all that a policy can let a caller without credentials do."""


def evaluate(request: AccessRequest, policies: PolicySet) -> Decision:
    """Whether `request` is allowed under `policies`, which must be all that bear on it."""
    return examine(request, policies).decision


def examine(request: AccessRequest, policies: PolicySet, compare: Exactly | None = None) -> Examination:
    """The decision with its reasons. `compare` is for questions about requests that are known only in part."""
    view = view_of(request, bounded=policies.boundary is not None, compare=compare or Exactly())
    outcomes: dict[Layer, Outcome] = {layer: _outcome(layer, of_layer(policies, layer, view), view) for layer in LAYERS}
    return Examination(view, outcomes, _decide(request, policies, outcomes))


def of_layer(policies: PolicySet, layer: Layer, view: View) -> tuple[NamedPolicy, ...] | None:
    """The policies of a layer that bear on the request; None where the layer does not exist."""
    if layer == "identity":
        return policies.identity
    if layer == "boundary":
        return None if policies.boundary is None else (policies.boundary,)
    if layer == "session":
        return policies.session
    in_scope = policies.registry_scope == "V2" or view.action in V1_ACTIONS
    found = (policies.registry if in_scope and view.action.startswith("ecr:") else None, policies.resource)
    return tuple(policy for policy in found if policy is not None)


def _outcome(layer: Layer, policies: Iterable[NamedPolicy] | None, view: View) -> Outcome:
    checked = tuple(
        Checked(policy, statement, _miss(policy, statement, view))
        for policy in policies or ()
        for statement in policy.policy.statements
    )
    applying = [each for each in checked if each.miss is None]
    deny = next((each for each in applying if each.statement.effect == "Deny"), None)
    allows = [each for each in applying if each.statement.effect == "Allow"]
    if layer != "resource":
        return Outcome(layer, policies is not None, checked, deny, next(iter(allows), None), Grant.NONE)
    granted = [(grant_of(each.statement, view), each) for each in allows]
    grant, allow = max(granted, key=lambda each: each[0], default=(Grant.NONE, None))
    return Outcome(layer, policies is not None, checked, deny, allow if grant else None, grant)


def _miss(policy: NamedPolicy, statement: Statement, view: View) -> Miss | None:
    """What keeps a statement from applying. Only a repository's own policy gives anything to those without credentials.

    ECR has no such callers: a registry policy that says `*` was written for the principals of other accounts.
    """
    if policy.source == "registry" and statement.effect == "Allow" and view.principal.kind == "anonymous":
        return "principal"
    return find_miss(statement, view)


def _decide(request: AccessRequest, policies: PolicySet, outcomes: dict[Layer, Outcome]) -> Decision:
    denial = next((outcome for outcome in outcomes.values() if outcome.deny), None)
    if denial:
        return _decision("explicit-deny", denial, denial.deny, policies)
    principal, resource = request.principal, outcomes["resource"]
    at_home = principal.account == request.resource_account
    if principal.kind == "root" and at_home and not is_primary(policies):
        return Decision(allowed=True, reason="root")
    if principal.kind == "anonymous" and request.action.lower() not in ANONYMOUS_ACTIONS:
        return Decision(allowed=False, reason="not-for-anonymous")
    granted = resource.grant is Grant.CALLER and at_home
    if granted or principal.kind == "root" or principal.kind in NO_IDENTITY:
        missing = None if resource.grant else resource
    else:
        missing = _missing(outcomes, at_home=at_home, primary=is_primary(policies))
    if missing:
        return _decision("not-allowed", missing, None, policies)
    identity = outcomes["identity"]
    deciding = identity if identity.allow and not granted else resource
    return _decision("allowed", deciding, deciding.allow, policies)


def _missing(outcomes: dict[Layer, Outcome], *, at_home: bool, primary: bool) -> Outcome | None:
    """The first layer without an allow that is needed, where the resource does not name the caller outright."""
    resource = outcomes["resource"]
    needed: list[Outcome] = []
    if not (at_home and resource.grant is Grant.ROLE):
        needed.append(outcomes["identity"])
    needed += [outcomes[layer] for layer in ("boundary", "session") if outcomes[layer].limits]
    if primary or not at_home:
        needed.append(resource)
    return next((each for each in needed if each.allow is None), None)


def is_primary(policies: PolicySet) -> bool:
    """Whether the resource's policy has to allow too, the account's root included, whatever any other policy says.

    So it is for a role about to be assumed, and for a key of KMS ("Key policies in AWS KMS", KMS Developer Guide): to
    name the account there lets its own policies decide.
    """
    return policies.resource is not None and policies.resource.policy.kind in {"trust", "key"}


def is_trust(policies: PolicySet) -> bool:
    """Whether the resource is a role about to be assumed: nobody may who is not in its trust policy."""
    return policies.resource is not None and policies.resource.policy.kind == "trust"


def _decision(reason: Reason, outcome: Outcome, by: Checked | None, policies: PolicySet) -> Decision:
    decider = Decider(by.policy.name, by.policy.source, by.statement.index, by.statement.sid) if by else None
    return Decision(reason == "allowed", reason, outcome.layer, decider, trust=is_trust(policies))
