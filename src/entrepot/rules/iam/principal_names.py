"""The AWS principals that a policy's text names, found and replaced without touching anything else in it.

Source: IAM User Guide, "AWS JSON policy elements: Principal": when a policy is saved, the ARNs of users and roles in
it become their unique ids, and they are shown as ARNs again for as long as their owners exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

UNIQUE_ID = re.compile(r"(A[A-Z]{3}[A-Z0-9]{12,124})(?::([\w+=,.@-]{2,64}))?", re.ASCII)
"""The unique id of a user or role. With a session's name behind it, it stands for that session of the role only."""

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},]', re.DOTALL)
_PLACES = frozenset({("Statement", "Principal", "AWS"), ("Statement", "NotPrincipal", "AWS")})


def principal_names(text: str) -> list[str]:
    """What a policy, known to be one, names as AWS principals: ARNs, account ids, unique ids, `*`; as often as it does.

    A Principal element that is a lone asterisk has none.
    """
    return [json.loads(token[0]) for token in _tokens(text)]


def with_principal_names(text: str, names: Mapping[str, str]) -> str:
    """The policy with those AWS principals replaced that are in `names`; the rest stays as it is written."""
    pieces: list[str] = []
    end = 0
    for token in _tokens(text):
        name = json.loads(token[0])
        if names.get(name, name) != name:
            pieces += [text[end : token.start()], json.dumps(names[name])]
            end = token.end()
    return "".join([*pieces, text[end:]])


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The strings at the places where a policy names AWS principals."""
    members: list[str | None] = []  # where we are: the member of each object around, None for an array
    before_name = False
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "{[":
            members.append("" if first == "{" else None)
            before_name = first == "{"
        elif first in "}]":
            members.pop()
            before_name = False
        elif first == ",":
            before_name = members[-1] is not None
        elif before_name:
            members[-1] = json.loads(token[0])
            before_name = False
        elif tuple(member for member in members if member is not None) in _PLACES:
            yield token
