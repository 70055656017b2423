"""What the policy simulator says of one action: the same decision as for a real request, told in IAM's simulator's way.

Source: SimulateCustomPolicy and EvaluationResult in the IAM API Reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from entrepot.rules.iam.decision import Checked, Examination, NamedPolicy, Outcome, PolicySet
from entrepot.rules.iam.evaluate import examine
from entrepot.rules.iam.request import AccessRequest
from entrepot.rules.iam_context_keys import variables
from entrepot.rules.iam_positions import Span, statement_spans

Verdict = Literal["allowed", "explicitDeny", "implicitDeny"]
SourceType = Literal["user", "group", "role", "aws-managed", "user-managed", "resource", "none"]

_SEVERITY: Mapping[Verdict, int] = {"allowed": 0, "implicitDeny": 1, "explicitDeny": 2}


@dataclass(frozen=True, slots=True)
class SimulatedPolicy:
    """A policy in a simulation, under the id and type that the answer gives its statements."""

    named: NamedPolicy
    source_type: SourceType
    text: str


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """A statement that determined a result."""

    policy_id: str
    source_type: SourceType
    span: Span


@dataclass(frozen=True, slots=True)
class Result:
    """The result for one resource, or for several of them together.

    `within_boundary` is None without a boundary. `details` has what each kind of policy says, where the request is
    one across accounts.
    """

    verdict: Verdict
    matched: tuple[MatchedStatement, ...]
    missing: tuple[str, ...]
    within_boundary: bool | None
    details: Mapping[str, Verdict]


def simulate(request: AccessRequest, policies: PolicySet, sources: Mapping[str, SimulatedPolicy]) -> Result:
    """What `request` would be answered under `policies`. `sources` has each of them by its name."""
    examination = examine(request, policies)
    verdict = _verdict(examination)
    shown = [examination.outcomes["identity"], examination.outcomes["resource"]]
    boundary = examination.outcomes["boundary"]
    return Result(
        verdict,
        tuple(_matched(each, sources) for each in _deciding(shown, verdict)),
        tuple(sorted(set(_missing(examination)))),
        _says(boundary) == "allowed" if boundary.limits else None,
        _details(examination, across=request.principal.account != request.resource_account),
    )


def together(results: Sequence[Result]) -> Result:
    """The results of several resources as one: the most restrictive verdict, and everything else of all of them."""
    worst = max(results, key=lambda each: _SEVERITY[each.verdict]).verdict
    within = [each.within_boundary for each in results if each.within_boundary is not None]
    details: dict[str, Verdict] = {}
    for result in results:
        for name, verdict in result.details.items():
            details[name] = max(verdict, details.get(name, verdict), key=lambda each: _SEVERITY[each])
    return Result(
        worst,
        tuple(dict.fromkeys(each for result in results if result.verdict == worst for each in result.matched)),
        tuple(sorted({key for result in results for key in result.missing})),
        all(within) if within else None,
        details,
    )


def _verdict(examination: Examination) -> Verdict:
    if examination.decision.allowed:
        return "allowed"
    return "explicitDeny" if examination.decision.reason == "explicit-deny" else "implicitDeny"


def _deciding(outcomes: Iterable[Outcome], verdict: Verdict) -> Iterator[Checked]:
    effect = {"allowed": "Allow", "explicitDeny": "Deny"}.get(verdict)
    for outcome in outcomes:
        yield from (each for each in outcome.checked if each.miss is None and each.statement.effect == effect)


def _matched(checked: Checked, sources: Mapping[str, SimulatedPolicy]) -> MatchedStatement:
    source = sources[checked.policy.name]
    return MatchedStatement(
        source.named.name.rpartition("/")[2], source.source_type, statement_spans(source.text)[checked.statement.index]
    )


def _missing(examination: Examination) -> Iterator[str]:
    """The keys without a value that statements about the action look at, in their conditions or as variables."""
    for layer in ("identity", "resource"):
        for checked in examination.outcomes[layer].checked:
            if checked.miss == "action":
                continue
            keys = [*variables(checked.statement, checked.policy.policy, needed=True)]
            if checked.miss in (None, "condition"):
                keys += [condition.key for condition in checked.statement.conditions]
            yield from (key for key in keys if examination.view.keys.value(key, key.lower()) is None)


def _details(examination: Examination, *, across: bool) -> dict[str, Verdict]:
    if not across:
        return {}
    outcomes = examination.outcomes
    found: dict[str, Verdict] = {
        "IAM Policy": _says(outcomes["identity"]),
        "Resource Policy": _says(outcomes["resource"]),
    }
    if outcomes["boundary"].limits:
        found["Permissions Boundary Policy"] = _says(outcomes["boundary"])
    return found


def _says(outcome: Outcome) -> Verdict:
    if outcome.deny:
        return "explicitDeny"
    return "allowed" if outcome.allow else "implicitDeny"
