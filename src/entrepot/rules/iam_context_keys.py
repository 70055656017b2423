"""The condition keys that policies look at: in their conditions, and as variables.

Source: GetContextKeysForCustomPolicy in the IAM API Reference; IAM User Guide, "IAM policy elements: Variables and
tags", for where variables are none (`${*}` and its like, and the language's version of 2008).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from entrepot.rules.iam.document import WITH_VARIABLES, Policy, Statement

_VARIABLE = re.compile(r"\$\{([^\s,'{}*?$]+)(,\s*'[^']*')?\}")


def context_keys(policies: Iterable[Policy]) -> list[str]:
    """All keys that policies look at, each once, in the spelling that comes first by the alphabet; sorted."""
    found: dict[str, str] = {}
    for key in sorted(key for policy in policies for each in policy.statements for key in _keys(each, policy)):
        found.setdefault(key.lower(), key)
    return sorted(found.values())


def variables(statement: Statement, policy: Policy, *, needed: bool = False) -> Iterator[str]:
    """The keys of a statement's variables; with `needed` only of those that have no default."""
    if policy.version == WITH_VARIABLES:
        for match in _VARIABLE.finditer(statement.written):
            if not (needed and match[2]):
                yield match[1]


def _keys(statement: Statement, policy: Policy) -> Iterator[str]:
    yield from variables(statement, policy)
    yield from (condition.key for condition in statement.conditions)
