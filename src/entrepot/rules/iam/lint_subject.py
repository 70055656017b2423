"""A policy as the checks of the lint look at it: which of the known actions it is about is worked out only once.

A policy of a few kilobytes can have a thousand wildcards, and there are a dozen checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.elements import Actions
from entrepot.rules.iam.finding import LEFT_OUT, rewritten
from entrepot.rules.iam.vocabulary import ALL, named, stands_for

_VERB = re.compile(r"[a-z-]+:[A-Z][a-z]+")
_ENOUGH = 3
"""Actions with the same verb that are worth a wildcard."""


def _by_verb() -> Mapping[str, frozenset[str]]:
    """The actions that a wildcard behind a verb stands for, by verb, where there are enough of them."""
    verbs = {found[0] for action in ALL if (found := _VERB.match(action))}
    alike = {verb: frozenset(action for action in ALL if action.startswith(verb)) for verb in verbs}
    return MappingProxyType({verb: actions for verb, actions in alike.items() if len(actions) >= _ENOUGH})


_BY_VERB = _by_verb()


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy that is checked. `account` is that of whoever saves it, or empty.

    `entries` has, for everything that stands in an Action or NotAction element, the known actions that it names;
    `covered` and `named` have, by statement, the known actions that it takes in, and that it has by their full names.
    """

    policy: Policy
    account: str
    entries: Mapping[str, frozenset[str]]
    covered: tuple[frozenset[str], ...]
    named: tuple[frozenset[str], ...]

    def allowing(self) -> Iterator[Statement]:
        """The statements that allow something."""
        return (statement for statement in self.policy.statements if statement.effect == "Allow")


def subject_of(policy: Policy, account: str) -> Subject:
    """A policy, looked up in the catalogue of actions."""
    entries: dict[str, frozenset[str]] = {}
    for statement in policy.statements:
        for each, test in zip(statement.actions.written, statement.actions.in_order, strict=True):
            if each not in entries:
                entries[each] = stands_for(each, test)
    covered = tuple(_covered(statement.actions, entries) for statement in policy.statements)
    return Subject(policy, account, entries, covered, tuple(named(each.actions) for each in policy.statements))


def without_actions(subject: Subject, statement: Statement, dropped: frozenset[str]) -> str:
    """A statement's JSON without some actions, its wildcards spelt out where they take one of them in.

    A wildcard for the actions of all services is spelt out as those that are known.
    """
    actions = statement.actions
    if actions.negated:
        return rewritten(
            statement, {"NotAction": [*actions.written, *sorted(dropped & subject.covered[statement.index])]}
        )
    left: list[str] = []
    for each in actions.written:
        known = subject.entries[each]
        left += _spelt_out(known - dropped) if known & dropped else [each]
    return rewritten(statement, {"Action": list(dict.fromkeys(left))}) if left else LEFT_OUT


def _covered(actions: Actions, entries: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found = frozenset(one for each in actions.written for one in entries[each])
    return ALL - found if actions.negated else found


def _spelt_out(actions: frozenset[str]) -> list[str]:
    """Names of actions, with one wildcard for all those of a verb where it lets in no others."""
    short = {f"{verb}*": alike for verb, alike in _BY_VERB.items() if alike <= actions}
    left = actions.difference(*short.values())
    return sorted([*short, *left])
