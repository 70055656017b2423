"""A decision in words: AWS's sentence for a denial, and the steps that led to a decision.

Source of the sentences: IAM User Guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.decision import LAYERS, Checked, Decision, Examination, Layer, Outcome, PolicySet
from entrepot.rules.iam.evaluate import examine
from entrepot.rules.iam.principals import Grant
from entrepot.rules.iam.request import NO_IDENTITY, AccessRequest, Value

Effect = Literal["allow", "deny", "none", "absent"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a decision. `details` has a line for every statement that was looked at.

    `effect` is what the step says: `none` where nothing applies, `absent` where there are no such policies.
    """

    text: str
    effect: Effect
    details: tuple[str, ...] = ()


_IMPLICIT: Mapping[Layer, str] = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "boundary": "permissions boundary",
    "session": "session policy",
}
_EXPLICIT: Mapping[Layer, str] = {
    "identity": "an identity-based policy",
    "resource": "a resource-based policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
}
_TITLES: Mapping[Layer, str] = {
    "identity": "The principal's own policies",
    "resource": "Policies of the resource",
    "boundary": "The permissions boundary",
    "session": "The session's policies",
}


def denial_text(decision: Decision, request: AccessRequest) -> str:
    """What a caller is told who may not: AWS's sentence, with the kind of policy that is to blame."""
    asked = f"{request.action} on resource: {request.resource_arn}"
    return f"User: {request.principal.arn} is not authorized to perform: {asked} {_blame(decision, request)}"


def explain(request: AccessRequest, policies: PolicySet) -> tuple[Step, ...]:
    """How `evaluate` comes to its decision, step by step, from what it looked at itself."""
    found = examine(request, policies)
    steps = [_layer_step(found.outcomes[layer], found) for layer in LAYERS]
    return (_question(request), *steps, _conclusion(request, found))


def _blame(decision: Decision, request: AccessRequest) -> str:
    if decision.reason == "not-for-anonymous" or decision.layer is None:
        return "because callers without credentials can only pull"
    of_role = decision.trust and decision.layer == "resource"
    if decision.reason == "explicit-deny":
        return f"with an explicit deny in {'the role trust policy' if of_role else _EXPLICIT[decision.layer]}"
    kind = "role trust policy" if of_role else _IMPLICIT[decision.layer]
    return f"because no {kind} allows the {request.action} action"


def _question(request: AccessRequest) -> Step:
    principal = request.principal
    whose = f" of account {principal.account}" if principal.account else ""
    where = (
        "the same account" if principal.account == request.resource_account else f"account {request.resource_account}"
    )
    text = f"{principal.arn} ({principal.kind}{whose}) asks for {request.action} on {request.resource_arn} in {where}"
    return Step(text, "none")


def _layer_step(outcome: Outcome, found: Examination) -> Step:
    title = _TITLES[outcome.layer]
    details = tuple(_line(each, found) for each in outcome.checked)
    if outcome.layer == "identity" and found.view.principal.kind in {*NO_IDENTITY, "root"}:
        return Step(f"{title}: a principal of this kind has none", "absent")
    if not outcome.limits or (outcome.layer in {"resource", "identity"} and not outcome.checked):
        return Step(f"{title}: there are none", "absent")
    if outcome.deny:
        return Step(f"{title} {_verb('deny', outcome)} it: {_name(outcome.deny)}", "deny", details)
    if outcome.allow:
        text = f"{title} {_verb('allow', outcome)} it: {_name(outcome.allow)}{_extent(outcome)}"
        return Step(text, "allow", details)
    return Step(f"{title} {_verb('say', outcome)} nothing about it", "none", details)


def _verb(plural: str, outcome: Outcome) -> str:
    """There is one boundary, but there are policies of everything else."""
    singular = {"deny": "denies"}.get(plural, f"{plural}s")
    return singular if outcome.layer == "boundary" else plural


def _extent(outcome: Outcome) -> str:
    extents = {
        Grant.ACCOUNT: ", which leaves it to the principal's account",
        Grant.ROLE: ", to the role and within the limits of its boundary and session",
        Grant.CALLER: ", to the caller outright",
    }
    return extents.get(outcome.grant, "")


def _line(checked: Checked, found: Examination) -> str:
    name = f"{_name(checked)} ({checked.statement.effect})"
    if checked.miss is None:
        return f"{name} applies"
    return f"{name} does not apply: {_why(checked, found)}"


def _why(checked: Checked, found: Examination) -> str:
    view = found.view
    if checked.miss == "action":
        return "it is not about this action"
    if checked.miss == "resource":
        return "it is not about this resource"
    if checked.miss == "principal":
        return "it is not about this principal"
    unmet = view.compare.unmet(checked.statement, view)
    return "a condition is not met" if unmet is None else _condition(unmet, view.keys.value(unmet.key, unmet.lower))


def _condition(condition: Condition, value: Value | None) -> str:
    wanted = f"{condition.name} {condition.key} {', '.join(condition.values)}"
    if value is None:
        return f"{wanted} is not met, as the request has no {condition.key}"
    held = value if isinstance(value, str) else ", ".join(value)
    return f"{wanted} is not met by '{held}'"


def _name(checked: Checked) -> str:
    sid = f" '{checked.statement.sid}'" if checked.statement.sid else ""
    return f"statement {checked.statement.index + 1}{sid} of {checked.policy.source} policy {checked.policy.name}"


def _conclusion(request: AccessRequest, found: Examination) -> Step:
    decision = found.decision
    if not decision.allowed:
        return Step(f"Denied. {denial_text(decision, request)}", "deny")
    if decision.reason == "root":
        return Step("Allowed: the root of an account may do everything in it that no policy denies", "allow")
    by = ""
    if decision.layer is not None and (allow := found.outcomes[decision.layer].allow) is not None:
        by = f" by {_name(allow)}"
    return Step(f"Allowed{by}", "allow")
