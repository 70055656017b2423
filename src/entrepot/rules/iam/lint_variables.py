"""Findings about policy variables: where there are none, or where one without a value undoes a denial."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from entrepot.rules.iam.arns import has_early_variable
from entrepot.rules.iam.document import WITH_VARIABLES, Policy, Statement
from entrepot.rules.iam.finding import Finding, finding, listed, rewritten, written
from entrepot.rules.iam.lint_effect import without_patterns
from entrepot.rules.iam.lint_subject import Subject
from entrepot.rules.iam.patterns import Variable, parse_parts

_ALWAYS_THERE = frozenset(
    f"aws:{name}"
    for name in (
        *("currenttime", "epochtime", "principalaccount", "principalarn", "principaltype", "resourceaccount"),
        *("securetransport", "sourceip", "userid"),
    )
)
_WITHOUT_DEFAULT = re.compile(r"\$\{([^\s,'{}*?$\"\\]+)\}")


def variables(subject: Subject) -> Iterator[Finding]:
    """Policy variables where there are none, or that leave a denial without effect."""
    if subject.policy.version != WITH_VARIABLES:
        yield from _of_older_version(subject.policy)
        return
    for statement in subject.policy.statements:
        patterns = statement.resources.patterns if statement.resources else ()
        early = [each for each in patterns if has_early_variable(each)]
        if early:
            arns = listed([each.written for each in early])
            why = f"variables stand only in the last part of an ARN, which is not so in '{arns}'"
            yield finding("variable-never-matches", "error", statement, why, without_patterns(statement, early))
        needed = _needed(statement) - _ALWAYS_THERE if statement.effect == "Deny" else ()
        if needed:
            why = f"it denies nothing to requests without {listed(sorted(needed))}: give the variable a default"
            yield finding("variable-may-be-absent", "warning", statement, why, _with_defaults(statement))


def _of_older_version(policy: Policy) -> Iterator[Finding]:
    texts = [text for statement in policy.statements for text in _texts(statement) if _variables_in([text])]
    if texts:
        why = f'in a policy without "Version": "{WITH_VARIABLES}" the variable in \'{listed(texts)}\' stands for itself'
        newer = {"Version": WITH_VARIABLES, "Statement": [written(each) for each in policy.statements]}
        yield Finding("variable-never-matches", "error", None, why, json.dumps(newer, indent=2))


def _texts(statement: Statement) -> list[str]:
    """Where variables would be."""
    patterns = statement.resources.patterns if statement.resources else ()
    values = [value for condition in statement.conditions for value in condition.values]
    return [*(pattern.written for pattern in patterns), *values]


def _needed(statement: Statement) -> set[str]:
    """The keys, in lower case, of variables without a default."""
    texts = [pattern.written for pattern in statement.resources.patterns] if statement.resources else []
    for condition in statement.conditions:
        if condition.operator.family in {"string", "arn"}:
            texts += condition.values
    return {each.key for each in _variables_in(texts) if each.default is None}


def _variables_in(texts: Iterable[str]) -> list[Variable]:
    parts = (part for text in texts if "${" in text for part in parse_parts(text, wildcards=True, variables=True))
    return [part for part in parts if isinstance(part, Variable)]


def _with_defaults(statement: Statement) -> str:
    """The statement with the default 'none' for every variable that may lack a value."""
    fields = written(statement)
    names = [name for name in ("Resource", "NotResource", "Condition") if name in fields]
    return rewritten(statement, {name: json.loads(_defaulted(json.dumps(fields[name]))) for name in names})


def _defaulted(text: str) -> str:
    def with_default(found: re.Match[str]) -> str:
        return found[0] if found[1].lower() in _ALWAYS_THERE else f"${{{found[1]}, 'none'}}"

    return _WITHOUT_DEFAULT.sub(with_default, text)
