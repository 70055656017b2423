"""Policies, principals and requests for tests, in few words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from entrepot.rules.iam.decision import NamedPolicy, PolicySet, Source
from entrepot.rules.iam.document import Kind, Policy, parse_policy
from entrepot.rules.iam.request import AccessRequest, PrincipalFacts, Value

HOME, AWAY = "111111111111", "222222222222"

Json = dict[str, Any]


def statement(effect: str = "Allow", action: Any = "ecr:*", resource: Any = "*", **more: Any) -> Json:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(kind: Kind, *statements: Json, version: str = "2012-10-17") -> Policy:
    return parse_policy(json.dumps({"Version": version, "Statement": list(statements)}), kind)


def named(kind: Kind, *statements: Json, version: str = "2012-10-17", name: str = "p") -> NamedPolicy:
    source: Source = "inline" if kind == "identity" else kind
    return NamedPolicy(name, policy(kind, *statements, version=version), source)


def unique_id(prefix: str, arn: str) -> str:
    return prefix + hashlib.sha256(arn.encode()).hexdigest()[:16].upper()


def user(name: str = "bob", account: str = HOME, **tags: str) -> PrincipalFacts:
    arn = f"arn:aws:iam::{account}:user/{name}"
    return PrincipalFacts("user", arn, account, unique_id("AIDA", arn), name, tags=tuple(tags.items()))


def role(name: str = "ci", session: str = "s1", account: str = HOME, **tags: str) -> PrincipalFacts:
    return PrincipalFacts(
        "role-session",
        f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        account,
        unique_id("AROA", f"arn:aws:iam::{account}:role/{name}"),
        role_arn=f"arn:aws:iam::{account}:role/{name}",
        session_name=session,
        tags=tuple(tags.items()),
    )


def root(account: str = HOME) -> PrincipalFacts:
    return PrincipalFacts("root", f"arn:aws:iam::{account}:root", account, account)


def service(name: str = "replication.ecr.amazonaws.com") -> PrincipalFacts:
    return PrincipalFacts("service", name)


def federated(provider: str = "token.actions.githubusercontent.com", account: str = HOME) -> PrincipalFacts:
    return PrincipalFacts("federated", f"arn:aws:iam::{account}:oidc-provider/{provider}", account)


def repository(name: str = "prod/app", account: str = HOME, region: str = "us-east-1") -> str:
    return f"arn:aws:ecr:{region}:{account}:repository/{name}"


def request(
    principal: PrincipalFacts | None = None,
    action: str = "ecr:BatchGetImage",
    resource: str = "",
    account: str = HOME,
    **context: Any,
) -> AccessRequest:
    """Keys in `context` are written with two underscores for their colon: aws__SourceIp."""
    keys: dict[str, Value] = {key.replace("__", ":"): value for key, value in context.items()}
    return AccessRequest(principal or user(), action, resource or repository(account=account), account, keys)


def owns(*statements: Json, **more: Any) -> PolicySet:
    """What a principal whose only policy has `statements` is judged by."""
    return PolicySet(identity=(named("identity", *statements),), **more)
