"""Who can do something to resources that are given by a pattern: the question of an auditor.

The request is known only in part: who asks, and what, but not from where, when or over which connection, nor which of
the resources. So every principal is judged twice by the very code that decides requests: once with the benefit of
every doubt, once with none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from entrepot.rules.iam.arns import ArnPattern, parse_arn_pattern
from entrepot.rules.iam.conditions import Condition, first_unmet
from entrepot.rules.iam.decision import Decision, PolicySet
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.elements import Resources
from entrepot.rules.iam.evaluate import examine
from entrepot.rules.iam.globs import includes, overlap
from entrepot.rules.iam.patterns import Lookup, fill
from entrepot.rules.iam.request import AccessRequest, PrincipalFacts, tells_of_principal
from entrepot.rules.iam.statements import Exactly, View


@dataclass(frozen=True, slots=True)
class Candidate:
    """A principal and the policies that bear on its requests."""

    principal: PrincipalFacts
    policies: PolicySet


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal that can. `certain` means always and for all of the resources; else on conditions, or for some.

    `decision` says by which statement, under the best circumstances.
    """

    principal: PrincipalFacts
    decision: Decision
    certain: bool


@dataclass(frozen=True)
class Guessing(Exactly):
    """Compares with doubts resolved `hopeful`ly, for the principal, or else against it."""

    hopeful: bool

    def resource(self, statement: Statement, view: View) -> bool:
        """Whether the statement is about some of the resources, or about all, whichever the doubt is resolved to."""
        if statement.resources is None:
            return True
        some = self.hopeful == (statement.effect == "Allow")
        asked = parse_arn_pattern(view.resource, variables=False)
        return _covers(statement.resources, asked, view.keys.single, some=some)

    def unmet(self, statement: Statement, view: View) -> Condition | None:
        """The first condition that is not met, or may not be."""
        known = [each for each in statement.conditions if _is_known(each, view)]
        unmet = first_unmet(known, view.keys)
        if unmet is not None or self.hopeful == (statement.effect == "Allow"):
            return unmet
        return next((each for each in statement.conditions if each not in known), None)


def who_can(action: str, resources: str, account: str, candidates: Iterable[Candidate]) -> tuple[Holder, ...]:
    """Those of `candidates` who can do `action` to resources of `account`, in the order given.

    `resources` is an ARN in which wildcards may stand, or `*` for an action that is about none.
    """
    found: list[Holder] = []
    for candidate in candidates:
        request = AccessRequest(candidate.principal, action, resources, account)
        best = examine(request, candidate.policies, Guessing(hopeful=True)).decision
        if best.allowed:
            worst = examine(request, candidate.policies, Guessing(hopeful=False)).decision
            found.append(Holder(candidate.principal, best, worst.allowed))
    return tuple(found)


def _covers(resources: Resources, asked: ArnPattern, lookup: Lookup, *, some: bool) -> bool:
    """Whether an element takes in some, or all, of what is asked for; a NotResource element leaves out the opposite."""
    if resources.negated:
        return not any(_relates(each, asked, lookup, some=not some, unknown=True) for each in resources.patterns)
    return any(_relates(each, asked, lookup, some=some, unknown=False) for each in resources.patterns)


def _relates(pattern: ArnPattern, asked: ArnPattern, lookup: Lookup, *, some: bool, unknown: bool) -> bool:
    """`unknown` is what counts for a variable without a value: to be left out, it is enough to fit all the rest."""
    if pattern.anything:
        return True
    if asked.anything or not (pattern.is_whole or pattern.open_end):
        return False
    compare = overlap if some else includes
    for segment, wanted in zip(pattern.segments, asked.segments, strict=False):
        filled = fill(segment.parts, lookup)
        if not (unknown if filled is None else compare(filled, wanted.parts)):
            return False
    return True


def _is_known(condition: Condition, view: View) -> bool:
    """Whether the request, as far as it is known, settles a condition: what follows from who asks is known."""
    return tells_of_principal(condition.key) or view.keys.value(condition.key, condition.lower) is not None
