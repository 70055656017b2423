"""Whether a statement applies to a request, and if not, which of its elements keeps it from applying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from entrepot.rules.iam.arns import Segments, arn_segments
from entrepot.rules.iam.conditions import Condition, first_unmet
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.principals import Grant, grant_to, is_excepted
from entrepot.rules.iam.request import AccessRequest, Keys, PrincipalFacts, keys_of

Miss = Literal["action", "resource", "principal", "condition"]
"""The first element that does not take in the request."""


class Exactly:
    """How a statement is compared with a request about which everything is known."""

    def resource(self, statement: Statement, view: View) -> bool:
        """Whether the statement is about the resource."""
        return statement.resources is None or statement.resources.cover(view.segments, view.keys.single)

    def unmet(self, statement: Statement, view: View) -> Condition | None:
        """The first condition that keeps the statement from applying."""
        return first_unmet(statement.conditions, view.keys)


@dataclass(frozen=True, slots=True)
class View:
    """A request as statements look at it. `action` is in lower case; `bounded` is whether a boundary is set."""

    action: str
    resource: str
    segments: Segments | None
    principal: PrincipalFacts
    keys: Keys
    bounded: bool
    compare: Exactly


def view_of(request: AccessRequest, *, bounded: bool, compare: Exactly) -> View:
    """What all statements look at, worked out once."""
    segments = arn_segments(request.resource_arn)
    keys = keys_of(request)
    return View(request.action.lower(), request.resource_arn, segments, request.principal, keys, bounded, compare)


def find_miss(statement: Statement, view: View) -> Miss | None:
    """What keeps a statement from applying; None where it applies."""
    if not statement.actions.cover(view.action):
        return "action"
    if not view.compare.resource(statement, view):
        return "resource"
    if statement.principals is not None and not _is_about(statement, view):
        return "principal"
    if statement.conditions and view.compare.unmet(statement, view) is not None:
        return "condition"
    return None


def grant_of(statement: Statement, view: View) -> Grant:
    """How a statement that applies names whoever asks."""
    return Grant.NONE if statement.principals is None else grant_to(statement.principals, view.principal)


def _is_about(statement: Statement, view: View) -> bool:
    """NotPrincipal denies every principal with a permissions boundary, whoever it names (IAM User Guide)."""
    if statement.principals is None:
        return True
    if statement.principals.negated:
        return view.bounded or not is_excepted(statement.principals, view.principal)
    return grant_to(statement.principals, view.principal) is not Grant.NONE
