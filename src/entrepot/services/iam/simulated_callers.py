"""Whose requests a simulation is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from entrepot.meta.identities import Kind
from entrepot.rules.iam.request import PrincipalFacts, PrincipalKind, Value
from entrepot.rules.iam_tags import with_session_tags

SESSION_NAME = "simulation"
"""The session in which a simulated role acts."""

_KINDS: Mapping[str, PrincipalKind] = {"Account": "root", "User": "user", "AssumedRole": "role-session"}
_TAG = "aws:principaltag/"


def caller_facts(kind: Kind, arn: str, unique_id: str, tags: tuple[tuple[str, str], ...]) -> PrincipalFacts:
    """A user, group or role as the one who asks; a role does so in a session."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    if kind == "role":
        session = f"arn:aws:sts::{account}:assumed-role/{name}/{SESSION_NAME}"
        return PrincipalFacts(
            "role-session", session, account, unique_id, role_arn=arn, session_name=SESSION_NAME, tags=tags
        )
    return PrincipalFacts("user", arn, account, unique_id, name if kind == "user" else "", tags=tags)


def with_entries(facts: PrincipalFacts, context: Mapping[str, Value]) -> PrincipalFacts:
    """The facts with those that the context entries of the request give in their place."""
    entries = {key.lower(): value for key, value in context.items() if isinstance(value, str)}
    tags = {
        key[len(_TAG) :]: value
        for key, value in context.items()
        if key.lower().startswith(_TAG) and isinstance(value, str)
    }
    unique_id, _, session_name = entries.get("aws:userid", "").partition(":")
    changed = replace(
        facts,
        kind=_KINDS.get(entries.get("aws:principaltype", ""), facts.kind),
        account=entries.get("aws:principalaccount", facts.account),
        user_name=entries.get("aws:username", facts.user_name),
        unique_id=unique_id or facts.unique_id,
        session_name=session_name or facts.session_name,
        tags=with_session_tags(facts.tags, tuple(tags.items())),
    )
    principal_arn = entries.get("aws:principalarn")
    if principal_arn is None:
        return changed
    if changed.kind == "role-session":
        return replace(changed, role_arn=principal_arn)
    return replace(changed, arn=principal_arn)
