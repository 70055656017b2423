"""Seeded random policies and requests that meet often enough to be interesting."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Literal

from entrepot.rules.iam.request import ANONYMOUS, AccessRequest, PrincipalFacts, Value
from tests.rules.iam import build

Json = dict[str, Any]

TRUST = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity")
REGISTRY_ACTIONS = ("ecr:GetAuthorizationToken", "ecr:PutAccountSetting", "ecr:DescribeRegistry")
REPOSITORY_ACTIONS = (
    *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchDeleteImage", "ecr:PutImage"),
    *("ecr:CreateRepository", "ecr:TagResource", "ecr:ReplicateImage", "ecr:BatchImportUpstreamImage"),
)
ACTION_PATTERNS = (
    *("*", "ecr:*", "ecr:*", "ecr:Batch*", "ecr:*Image", "ecr:?utImage", "ECR:batchgetimage", "ecr:*Get*", "s3:*"),
    *("ecr:Get*Token", "ecr:P*", "ecr:Put?mage", "ecr:*e*e*", "ecr:???????*"),
)
NAMES = ("prod/app", "prod/api", "dev/app", "bob/app", "a-b")
RESOURCE_PATTERNS = (
    *("*", "*", "arn:aws:ecr:*:*:repository/*", "arn:aws:ecr:us-east-1:111111111111:repository/prod/*"),
    *("arn:aws:ecr:*", "arn:aws:ecr:us-east-1:*", "arn:aws:ecr:us-*:111111111111:repository/*/app", "arn:aws:s3:::*"),
    *("arn:aws:ecr:us-east-?:*:repository/pro?/a??", "arn:aws:e*", "arn:*:ecr:*:*:*prod*"),
    *("arn:aws:ecr:us-east-1:111111111111:repository/prod/app", "arn:aws:ecr:us-east-1:*:repository/dev/app"),
    "arn:aws:ecr:us-east-1:111111111111:repository/${aws:username}/app",
    "arn:aws:ecr:us-east-1:111111111111:repository/${aws:PrincipalTag/team}/*",
    "arn:aws:ecr:us-east-1:111111111111:repository/${aws:PrincipalTag/team, 'prod'}/app",
    "arn:aws:ecr:us-east-1:111111111111:repository/a${*}b",
    "arn:aws:ecr:us-east-1:${aws:PrincipalAccount}:repository/*",
)
TEAMS = ("prod", "dev", "*", "p?od")
ARNS = (
    *("arn:aws:iam::111111111111:role/ci", "arn:aws:iam::*:role/*", "arn:aws:iam::111111111111:user/${aws:username}"),
    *("arn:aws:iam::111111111111:*", "arn:aws:*", "*", "arn:*:iam::1*1:*/?i", "not-an-arn"),
)
STRINGS = (*TEAMS, "pr*", "PROD", "?rod", "${aws:PrincipalTag/team}", "${aws:username, 'nobody'}", "", "a${*}b")
VALUES: dict[str, tuple[str, ...]] = {
    "String": STRINGS,
    "Numeric": ("1", "5", "5.0", "-3", "10.25", "five"),
    "Date": ("2026-01-01T00:00:00Z", "2026-06-01", "2026-06-01T12:00:00+02:00", "1767225600", "soon"),
    "Bool": ("true", "false", "TRUE"),
    "Ip": ("10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0", "nowhere"),
    "Arn": ARNS,
    "Binary": ("cHJvZA==", "ZGV2"),
}
OPERATORS: dict[str, tuple[str, ...]] = {
    "String": (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *("StringLike", "StringNotLike"),
    ),
    "Numeric": (
        *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
        *("NumericGreaterThan", "NumericGreaterThanEquals"),
    ),
    "Date": (
        *("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals"),
        *("DateGreaterThan", "DateGreaterThanEquals"),
    ),
    "Bool": ("Bool",),
    "Ip": ("IpAddress", "NotIpAddress"),
    "Arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "Binary": ("BinaryEquals",),
}
KEYS: dict[str, tuple[str, ...]] = {
    "String": (
        *("aws:SourceVpce", "aws:PrincipalTag/team", "aws:ResourceTag/team", "aws:username", "AWS:UserAgent"),
        *("aws:principaltag/TEAM", "aws:userid", "aws:PrincipalType", "aws:PrincipalAccount"),
    ),
    "Numeric": ("aws:MultiFactorAuthAge",),
    "Date": ("aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"),
    "Bool": ("aws:SecureTransport", "aws:PrincipalIsAWSService"),
    "Ip": ("aws:SourceIp",),
    "Arn": ("aws:PrincipalArn", "aws:SourceArn"),
    "Binary": ("aws:SourceVpce",),
}
MANY = "aws:TagKeys"
"""The one key that may have several values."""


@dataclass(frozen=True)
class Case:
    """A request and the documents of all policies that bear on it."""

    request: AccessRequest
    identity: tuple[Json, ...] = ()
    boundary: Json | None = None
    session: tuple[Json, ...] | None = None
    resource: Json | None = None
    registry: Json | None = None
    scope: Literal["V1", "V2"] = "V2"
    kind: Literal["resource", "trust"] = field(default="resource")


class Generator:
    """Makes cases from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def case(self) -> Case:
        """One more case; one in ten is about assuming a role."""
        return self.trust_case() if self.chance(0.1) else self.repository_case()

    def repository_case(self) -> Case:
        principal = self.principal()
        registry_wide = principal.kind != "anonymous" and self.chance(0.1)
        action = self.pick(REGISTRY_ACTIONS if registry_wide else REPOSITORY_ACTIONS)
        resource = "*" if registry_wide else build.repository(self.pick(NAMES))
        if principal.kind == "anonymous":
            # That nobody but a principal may do more than pull is ours, and has tests of its own.
            action, resource = self.pick(REPOSITORY_ACTIONS[:2]), build.repository(self.pick(NAMES))
        request = AccessRequest(principal, action, resource, build.HOME, self.context(principal, action))
        version = self.version()
        return Case(
            request,
            **self.own_policies(principal, action),
            resource=self.document(action, version, principal) if self.chance(0.6) and not registry_wide else None,
            registry=self.document(action, version, principal) if self.chance(0.2) else None,
            scope="V1" if self.chance(0.3) else "V2",
        )

    def trust_case(self) -> Case:
        web = self.chance(0.4)
        principal = build.federated() if web else self.identity(("user", "role"))
        action = TRUST[1] if web else TRUST[0]
        arn = f"arn:aws:iam::{build.HOME}:role/{self.pick(('ci', 'deploy'))}"
        request = AccessRequest(principal, action, arn, build.HOME, self.context(principal, action))
        own = {} if web else self.own_policies(principal, action)
        return Case(request, **own, resource=self.document(action, self.version(), principal, trust=True), kind="trust")

    def own_policies(self, principal: PrincipalFacts, action: str) -> dict[str, Any]:
        if principal.kind not in {"user", "role-session"}:
            return {}
        count = self.random.choice((0, 1, 1, 1, 2, 3))
        sessions = 1 if self.chance(0.3) else 0
        return {
            "identity": tuple(self.document(action, self.version()) for _ in range(count)),
            "boundary": self.document(action, self.version()) if self.chance(0.3) else None,
            "session": tuple(self.document(action, "2012-10-17") for _ in range(sessions + self.chance(0.1)))
            if principal.kind == "role-session" and sessions
            else None,
        }

    def document(
        self, action: str, version: str | None, principal: PrincipalFacts | None = None, *, trust: bool = False
    ) -> Json:
        statements = [self.statement(action, principal, trust=trust) for _ in range(self.random.choice((1, 1, 2, 3)))]
        document: Json = {"Statement": statements if len(statements) > 1 or self.chance(0.5) else statements[0]}
        return document | ({"Version": version} if version else {})

    def statement(self, action: str, principal: PrincipalFacts | None, *, trust: bool) -> Json:
        effect = "Deny" if self.chance(0.2) else "Allow"
        made: Json = {"Effect": effect}
        negated = "Not" if self.chance(0.15) else ""
        patterns = ("sts:*", "sts:Assume*") if trust else ACTION_PATTERNS
        made[f"{negated}Action"] = self.some(lambda: self.pick((action, self.pick(patterns))))
        if not trust and (principal is None or self.chance(0.5)):
            negated = "Not" if self.chance(0.15) else ""
            made[f"{negated}Resource"] = self.some(lambda: self.pick(("*", self.pick(RESOURCE_PATTERNS))))
        if principal is not None:
            negated = "Not" if effect == "Deny" and not trust and self.chance(0.4) else ""
            made[f"{negated}Principal"] = self.principals(principal)
        if self.chance(0.4):
            made["Condition"] = self.conditions()
        return made

    def principals(self, principal: PrincipalFacts) -> Any:
        if principal.kind == "service":
            return self.pick(({"Service": principal.arn}, "*", {"Service": ["ecs.amazonaws.com"]}, {"AWS": build.HOME}))
        if principal.kind == "federated":
            return self.pick(({"Federated": principal.arn}, {"Federated": principal.arn + "x"}, {"AWS": build.HOME}))
        names = ["*", build.HOME, f"arn:aws:iam::{build.HOME}:root", build.AWAY, build.user("alice").arn]
        names += [principal.arn] * 2 if principal.account else []
        names += [principal.role_arn] * 2 if principal.role_arn else []
        names += [principal.account] * 2 if principal.account else []
        return self.pick(
            ("*", {"AWS": self.some(lambda: self.pick(names))}, {"AWS": self.some(lambda: self.pick(names))})
        )

    def conditions(self) -> Json:
        made: Json = {}
        for _ in range(self.random.choice((1, 1, 2))):
            family = self.pick(tuple(KEYS))
            key, name = self.pick(KEYS[family]), self.pick(OPERATORS[family])
            if self.chance(0.15):
                key, name = MANY, self.pick(("ForAllValues:", "ForAnyValue:", "")) + self.pick(OPERATORS["String"])
                family = "String"
            elif self.chance(0.05):
                name = self.pick(("ForAllValues:", "ForAnyValue:")) + name
            if self.chance(0.2):
                name += "IfExists"
            offered = VALUES[family]
            values: Any = self.some(lambda offered=offered: self.pick(offered))
            if self.chance(0.1):
                name, values = "Null", self.pick(("true", "false"))
            made.setdefault(name, {})[key] = values
        return made

    def principal(self) -> PrincipalFacts:
        if self.chance(0.03):
            return ANONYMOUS
        return self.identity(("user", "user", "role", "role", "role", "root", "service"))

    def identity(self, kinds: tuple[str, ...]) -> PrincipalFacts:
        kind, account = self.pick(kinds), self.pick((build.HOME, build.HOME, build.AWAY))
        tags = {"team": self.pick(TEAMS)} if self.chance(0.6) else {}
        if kind == "user":
            return build.user(self.pick(("bob", "alice")), account, **tags)
        if kind == "role":
            return build.role(self.pick(("ci", "deploy")), self.pick(("s1", "s2")), account, **tags)
        return build.root(account) if kind == "root" else build.service()

    def context(self, principal: PrincipalFacts, action: str) -> dict[str, Value]:
        offers: dict[str, Any] = {
            "aws:SourceIp": ("10.1.2.3", "192.0.2.7", "2001:db8::1"),
            "aws:SourceVpce": ("prod", "dev", "cHJvZA=="),
            "aws:SecureTransport": ("true", "false"),
            "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2026-06-01T10:00:00Z", "2026-11-23T14:00:00Z"),
            "aws:EpochTime": ("1767225600", "1780308000"),
            "aws:UserAgent": ("docker", "prod"),
            "aws:MultiFactorAuthAge": ("5", "1", "100", "10.25"),
            "aws:SourceArn": ("arn:aws:iam::111111111111:role/ci", "arn:aws:sns:us-east-1:1:x"),
        }
        if action in {"ecr:CreateRepository", "ecr:TagResource"} or action.startswith("sts:"):
            offers["aws:TagKeys"] = (("team",), ("prod", "dev"), ("prod",), ("prod", "*"))
        if action in REPOSITORY_ACTIONS:
            offers["aws:ResourceTag/team"] = TEAMS
        if principal.kind == "role-session":
            offers["aws:TokenIssueTime"] = ("2026-01-01T00:00:00Z", "2026-06-01T10:00:00Z")
        return {key: self.pick(values) for key, values in offers.items() if self.chance(0.6)}

    def version(self) -> str | None:
        return self.pick(("2012-10-17",) * 8 + ("2008-10-17", None))

    def some(self, make: Any) -> Any:
        """One value, or a list of a few."""
        return make() if self.chance(0.5) else [make() for _ in range(self.random.choice((1, 2, 3)))]

    def pick(self, choices: Any) -> Any:
        return self.random.choice(choices)

    def chance(self, likely: float) -> bool:
        return self.random.random() < likely
