"""The condition keys of a request, and which of them can change a decision.

Those that follow from who asks are worked out by the evaluator. Source: IAM User Guide, "AWS global condition context
keys"; Service Authorization Reference, "Condition keys for Amazon Elastic Container Registry".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from entrepot.context import Context
from entrepot.rules.iam.decision import NamedPolicy
from entrepot.rules.iam.request import Value

RESOURCE_TAGS = "resourcetag/"

_VARYING = (
    "aws:sourceip",
    "aws:securetransport",
    "aws:useragent",
    "aws:sourcevpce",
    "aws:currenttime",
    "aws:epochtime",
    "aws:requesttag/",
    "aws:tagkeys",
    "ecr:accountsetting",
)
"""The keys, or what they begin with, that differ from request to request of one principal for one resource."""


def mentions(policies: Iterable[NamedPolicy | None]) -> frozenset[str]:
    """Which varying keys, and whether RESOURCE_TAGS, any of the policies looks at: as a condition or a variable.

    Too many are found rather than too few: a word that only looks like a key costs a little, a missed one a decision.
    """
    written = (statement.written for each in policies if each for statement in each.policy.statements)
    text = "\n".join(written).lower()
    known = (*_VARYING, RESOURCE_TAGS)
    # An escape may stand for a letter that is another's lower case.
    return frozenset(known if "\\u" in text else (key for key in known if key in text))


def condition_keys(ctx: Context, keys: Mapping[str, Value]) -> dict[str, Value]:
    """What is known of a request; `keys` are those that only the service knows. Of MFA nothing is: it is not there."""
    client, session = ctx.client, ctx.principal.session
    known: dict[str, str | None] = {
        "aws:SourceIp": client.source_ip,
        "aws:SecureTransport": "true" if client.secure else "false",
        "aws:UserAgent": client.user_agent,
        "aws:SourceVpce": client.endpoint,
        "aws:CurrentTime": _iso(ctx.now),
        "aws:EpochTime": str(int(ctx.now.timestamp())),
        "aws:TokenIssueTime": _iso(session.issued_at) if session else None,
    }
    return {**{key: value for key, value in known.items() if value is not None}, **keys}


def tag_keys(tags: Mapping[str, str]) -> dict[str, Value]:
    """The condition keys that a repository's tags are, under both of their names."""
    return {f"{prefix}:ResourceTag/{key}": value for key, value in tags.items() for prefix in ("aws", "ecr")}


def relevant(known: Mapping[str, Value], mentioned: frozenset[str]) -> tuple[tuple[str, Value], ...]:
    """The keys, with their values, that can make a difference."""
    return tuple((key, value) for key, value in known.items() if _prefix(key) in mentioned)


def _prefix(key: str) -> str:
    head, slash, _ = key.partition("/")
    return head.lower() + slash


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
