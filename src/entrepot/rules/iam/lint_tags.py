"""Findings about rights by tags: whoever may change the tags of repositories gives themselves the rights.

Source: IAM User Guide, "Controlling access during AWS requests" and ECR User Guide, "Using tag-based access control".
To create a repository with tags is no such change: it has no tags before, and is nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.elements import Resources
from entrepot.rules.iam.finding import Finding, finding, listed
from entrepot.rules.iam.lint_rewriting import conditions_of, put, with_conditions
from entrepot.rules.iam.lint_subject import Subject
from entrepot.rules.iam.patterns import Variable, parse_parts

_TAG, _UNTAG, _CREATE = "ecr:TagResource", "ecr:UntagResource", "ecr:CreateRepository"
_OWN = ("aws:principaltag/", "aws:username", "aws:userid", "aws:principalarn", "aws:principalaccount")
_OPPOSITES = {
    one: other
    for name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
    for one, other in (
        (name, name.replace("Equals", "NotEquals").replace("Like", "NotLike")),
        (name.replace("Equals", "NotEquals").replace("Like", "NotLike"), name),
    )
}

_Of = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class _Right:
    """What a repository's tag has to be for somebody to have a right, as a condition: `operator` on the tag `tag`."""

    tag: str
    key: str
    operator: str
    values: tuple[str, ...]
    negated: bool

    @property
    def of(self) -> _Of:
        """What tells it from others: the tag, and whether the tag is to be something or not to be it."""
        return self.tag, self.negated


def takeovers(subject: Subject) -> Iterator[Finding]:
    """Tagging allowed on repositories whose tags decide who may do what, without looking at the tag that is there."""
    statements = subject.policy.statements
    rights = {statement.index: list(_rights(statement)) for statement in statements}
    creates = any(_CREATE in subject.covered[each.index] for each in subject.allowing())
    for statement in subject.allowing() if subject.policy.kind in {"identity", "registry", "resource"} else ():
        changes = sorted(subject.covered[statement.index] & {_TAG, _UNTAG})
        concerned = [each for each in statements if changes and rights[each.index] and _meet(statement, each)]
        found = {right.of: right for each in concerned for right in rights[each.index]}
        found |= {right.of: right for right in _claims(statement) if _TAG in changes}
        safe = _kept_from_all(subject, statement, changes) if found else frozenset[_Of | None]()
        wrong = [each for each in found.values() if not {each.of, None} & safe and not _is_guarded(statement, each)]
        if wrong:
            tags = listed(sorted({f"'{each.tag}'" for each in wrong}))
            why = (
                f"rights depend on the tag {tags}, and with {' and '.join(changes)} its holder can change that tag on "
                "others' repositories, and so take them over; ask for the tag that is there by aws:ResourceTag"
            )
            yield finding("tag-takeover", "warning", statement, why, _guarded(statement, wrong, creates=creates))


def _rights(statement: Statement) -> Iterator[_Right]:
    """On what tags of the resource a statement depends, turned round if it denies."""
    for condition in statement.conditions:
        tag = _tag_of(condition, "resourcetag/")
        if not tag or condition.operator.name not in _OPPOSITES or _is_any(condition):
            continue
        denies = statement.effect == "Deny"
        operator = _OPPOSITES[condition.operator.name] if denies else condition.operator.name
        yield _Right(tag, condition.key, operator, condition.values, condition.operator.negated != denies)


def _claims(statement: Statement) -> Iterator[_Right]:
    """Tags that say whose a repository is: those that have to be set to something of the caller's own."""
    for condition in statement.conditions:
        tag = _tag_of(condition, "requesttag/")
        if tag and condition.operator.name in _OPPOSITES and not condition.operator.negated and _is_own(condition):
            key = f"aws:ResourceTag/{condition.key.partition('/')[2]}"
            yield _Right(tag, key, condition.operator.name, condition.values, negated=False)


def _tag_of(condition: Condition, kind: str) -> str:
    """The tag, in lower case, that a condition of a kind is about."""
    prefix, slash, tag = condition.lower.partition("/")
    return tag if (prefix + slash).endswith(f":{kind}") else ""


def _is_any(condition: Condition) -> bool:
    """Whether a condition on a tag takes it with any value, and so only asks whether it is there."""
    return "Like" in condition.operator.name and any(set(value) == {"*"} for value in condition.values)


def _is_own(condition: Condition) -> bool:
    texts = (text for text in condition.values if "${" in text)
    parts = (part for text in texts for part in parse_parts(text, wildcards=True, variables=True))
    return any(isinstance(part, Variable) and part.key.startswith(_OWN) for part in parts)


def _is_guarded(statement: Statement, right: _Right) -> bool:
    """Whether an allowance lets the tag be changed only by whom it gives the right already, or not at all."""
    return any(_guards(condition, right) for condition in statement.conditions)


def _kept_from_all(subject: Subject, statement: Statement, changes: Iterable[str]) -> frozenset[_Of | None]:
    """The rights that denials keep safe from all `changes` that an allowance is about; None stands for every right."""
    denials = [each for each in subject.policy.statements if each.effect == "Deny" and _reaches(each, statement)]
    kept = [
        {of for each in denials if change in subject.covered[each.index] for of in _keeps_out(each)}
        for change in changes
    ]
    every = frozenset(of for each in kept for of in each)
    return frozenset(of for of in every if all(of in each or None in each for each in kept))


def _guards(condition: Condition, right: _Right) -> bool:
    """Whether a condition of an allowance asks for the tag that is there, or for other tags in the request."""
    if _tag_of(condition, "resourcetag/") == right.tag:
        if condition.operator.family == "null":
            return all(value.lower() == "true" for value in condition.values)
        return not _is_any(condition) and (not condition.operator.negated or right.negated)
    if condition.lower == "aws:tagkeys" and condition.quantifier == "ForAllValues":
        named = any(value.lower() == right.tag or "*" in value for value in condition.values)
        return named == condition.operator.negated
    asks_for_none = condition.operator.family == "null" and "true" in condition.values
    return asks_for_none and _tag_of(condition, "requesttag/") == right.tag


def _keeps_out(denial: Statement) -> Iterable[_Of | None]:
    """The rights that are safe from a denial of tagging: it is for everyone, for others' repositories, or for a tag."""
    if not denial.conditions:
        return (None,)
    condition, *more = denial.conditions
    if more:
        return ()
    if condition.lower == "aws:tagkeys" and condition.quantifier == "ForAnyValue" and not condition.operator.negated:
        return [(value.lower(), negated) for value in condition.values for negated in (False, True)]
    if (tag := _tag_of(condition, "requesttag/")) and condition.operator.family == "null":
        return [(tag, negated) for negated in (False, True) if "false" in condition.values]
    if (tag := _tag_of(condition, "resourcetag/")) and condition.operator.family != "null":
        return [(tag, not condition.operator.negated)]
    return ()


def _reaches(denial: Statement, allowance: Statement) -> bool:
    """Whether a denial goes for all that an allowance is about."""
    everyone = denial.principals is None or (denial.principals.everyone and not denial.principals.negated)
    resources = denial.resources
    everything = resources is None or (not resources.negated and any(each.anything for each in resources.patterns))
    same = everything or resources == allowance.resources
    return same and (everyone or denial.principals == allowance.principals)


def _meet(one: Statement, other: Statement) -> bool:
    """Whether two statements may be about the same repository and caller, as far as is seen at a glance."""
    if one.principals is not None and other.effect == "Allow" and one.principals != other.principals:
        return False
    first, second = _beginnings(one.resources), _beginnings(other.resources)
    return any(_within(each, second) for each in first) or any(_within(each, first) for each in second)


def _beginnings(resources: Resources | None) -> frozenset[str]:
    """What resources begin with, up to the first wildcard or variable; everything begins with nothing."""
    if resources is None or resources.negated:
        return frozenset({""})
    starts = (each.parts[0] if each.parts else "" for each in resources.patterns)
    return frozenset(start if isinstance(start, str) else "" for start in starts)


def _within(text: str, beginnings: frozenset[str]) -> bool:
    return any(text[:length] in beginnings for length in {len(each) for each in beginnings})


def _guarded(statement: Statement, wrong: Iterable[_Right], *, creates: bool) -> str | None:
    """The statement with a condition on each tag; with IfExists where it is also about creating repositories."""
    element = conditions_of(statement)
    for each in wrong:
        values = each.values[0] if len(each.values) == 1 else list(each.values)
        operator = f"{each.operator}IfExists" if creates and not each.negated else each.operator
        if not put(element, operator, each.key, values):
            return None
    return with_conditions(statement, element)
