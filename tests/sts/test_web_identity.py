"""Sessions by web identity, with the tokens and the trust policies of those who use them most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from entrepot.context import ANONYMOUS, Context, Registry
from entrepot.errors import AccessDenied, DomainError, IdentityTokenExpired, InvalidIdentityToken
from entrepot.services import web_identity
from entrepot.services.role_trust import RoleRequest
from entrepot.services.web_identity import WebSession
from tests.sts.conftest import Play
from tests.sts.issuer import Issuer
from tests.sts.world import BEGIN, HOME, OTHER, World, trust

ACTION = "sts:AssumeRoleWithWebIdentity"
AUDIENCE = "sts.amazonaws.com"

GITHUB = "token.actions.githubusercontent.com"
GITHUB_CLAIMS = {
    "sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
    "repository": "octo-org/octo-repo",
    "ref": "refs/heads/main",
    "run_attempt": "1",
}
GITLAB = "gitlab.example.com"
GITLAB_CLAIMS = {
    "sub": "project_path:mygroup/my-project:ref_type:branch:ref:main",
    "aud": "https://gitlab.example.com",
    "ref_protected": "true",
}
KUBERNETES = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
KUBERNETES_CLAIMS = {
    "sub": "system:serviceaccount:builds:pusher",
    "aud": [AUDIENCE, "https://kubernetes.default.svc"],
    "kubernetes.io": {"namespace": "builds"},
}


async def assume(world: World, token: str, arn: str, **more: Any) -> WebSession:
    ctx = Context(ANONYMOUS, Registry("", ""), "request-1", world.now)
    return await web_identity.assume_role(world.app, ctx, RoleRequest(arn, "web-session", **more), token)


def outcome(
    scene: Play,
    host: str,
    condition: Mapping[str, Any] | None,
    claims: Mapping[str, Any],
    *,
    client_id: str = AUDIENCE,
    later: float = 0,
) -> WebSession | DomainError:
    """What comes of a token of the issuer `host` for a role that trusts it under a condition."""
    issuer = Issuer(f"https://{host}", BEGIN)
    found: list[WebSession | DomainError] = []

    async def play(world: World) -> None:
        provider = await world.provider(host, client_id)
        more = {"Condition": condition} if condition else {}
        arn = await world.role("web", trust({"Federated": provider}, ACTION, "sts:TagSession", **more))
        world.pass_time(seconds=later)
        try:
            session = await assume(world, issuer.token(**claims), arn)
            principal = await world.principal(session.session)
            assert principal.session is not None
            assert principal.session.provider == provider
        except DomainError as error:
            found.append(error)
        else:
            found.append(session)

    scene(play, jwks=issuer)
    return found[0]


@pytest.mark.parametrize(
    ("host", "condition", "claims", "client_id", "is_allowed"),
    [
        (GITHUB, {"StringEquals": {f"{GITHUB}:sub": GITHUB_CLAIMS["sub"]}}, {}, AUDIENCE, True),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:octo-org/octo-repo:*"}}, {}, AUDIENCE, True),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:octo-org/*:ref:refs/heads/main"}}, {}, AUDIENCE, True),
        (GITHUB, {"StringLike": {f"{GITHUB}:sub": "repo:octo-org/other:*"}}, {}, AUDIENCE, False),
        (
            GITHUB,
            {"StringLike": {f"{GITHUB}:sub": "repo:octo-org/octo-repo:*"}},
            {"sub": "repo:octo-org/octo-repository:ref:refs/heads/main"},
            AUDIENCE,
            False,
        ),
        (
            GITHUB,
            {"StringEquals": {f"{GITHUB}:sub": GITHUB_CLAIMS["sub"]}},
            {"sub": "repo:octo-org/octo-repo:pull_request"},
            AUDIENCE,
            False,
        ),
        (GITHUB, {"StringEquals": {f"{GITHUB}:aud": AUDIENCE}}, {}, AUDIENCE, True),
        (GITHUB, {"StringEquals": {f"{GITHUB}:aud": "another"}}, {}, AUDIENCE, False),
        (GITHUB, {"StringEquals": {f"{GITHUB}:repository": "octo-org/octo-repo"}}, {}, AUDIENCE, True),
        (GITHUB, {"StringEquals": {f"{GITHUB}:repository": "octo-org/other"}}, {}, AUDIENCE, False),
        (
            GITLAB,
            {"StringLike": {f"{GITLAB}:sub": "project_path:mygroup/*:ref_type:branch:ref:main"}},
            GITLAB_CLAIMS,
            "https://gitlab.example.com",
            True,
        ),
        (
            GITLAB,
            {"StringEquals": {f"{GITLAB}:sub": "project_path:mygroup/my-project:ref_type:tag:ref:v1"}},
            GITLAB_CLAIMS,
            "https://gitlab.example.com",
            False,
        ),
        (
            KUBERNETES,
            {
                "StringEquals": {
                    f"{KUBERNETES}:sub": "system:serviceaccount:builds:pusher",
                    f"{KUBERNETES}:aud": AUDIENCE,
                }
            },
            KUBERNETES_CLAIMS,
            AUDIENCE,
            True,
        ),
        (
            KUBERNETES,
            {"StringEquals": {f"{KUBERNETES}:sub": "system:serviceaccount:default:pusher"}},
            KUBERNETES_CLAIMS,
            AUDIENCE,
            False,
        ),
        # Keys have no case of their own: a claim that an issuer lets its users make up must not pass for another one.
        (GITHUB, {"StringEquals": {f"{GITHUB}:Sub": "boss"}}, {"sub": "repo:me/mine", "SUB": "boss"}, AUDIENCE, False),
        (GITHUB, {"StringEquals": {f"{GITHUB}:Aud": "inner"}}, {"AUD": "inner"}, AUDIENCE, False),
        (GITHUB, {"StringEquals": {f"{GITHUB}:Sub": "repo:me/mine"}}, {"sub": "repo:me/mine"}, AUDIENCE, True),
        # The name of another issuer in a condition is another key.
        (GITHUB, {"StringEquals": {f"{GITLAB}:sub": GITHUB_CLAIMS["sub"]}}, {}, AUDIENCE, False),
    ],
)
def test_conditions_on_subject_and_audience(
    scene: Play, host: str, condition: dict[str, Any], claims: dict[str, Any], client_id: str, *, is_allowed: bool
) -> None:
    given = {**(GITHUB_CLAIMS if host == GITHUB else {}), **claims}
    found = outcome(scene, host, condition, given, client_id=client_id)
    if is_allowed:
        assert isinstance(found, WebSession)
        assert (found.subject, found.audience, found.issuer) == (given["sub"], client_id, f"https://{host}")
        assert found.session.arn == f"arn:aws:sts::{HOME}:assumed-role/web/web-session"
    else:
        assert isinstance(found, AccessDenied)
        assert found.message == f"Not authorized to perform {ACTION}"


@pytest.mark.parametrize(
    ("claims", "later", "error", "message"),
    [
        ({"aud": "another"}, 0, InvalidIdentityToken, "Incorrect token audience"),
        ({"aud": ["another", "more"]}, 0, InvalidIdentityToken, "Incorrect token audience"),
        ({"azp": "another"}, 0, InvalidIdentityToken, "Incorrect token audience"),
        ({"aud": None}, 0, InvalidIdentityToken, "Missing a required claim: aud"),
        ({"aud": [7]}, 0, InvalidIdentityToken, "Missing a required claim: aud"),
        ({"sub": None}, 0, InvalidIdentityToken, "Missing a required claim: sub"),
        ({"exp": None}, 0, InvalidIdentityToken, "Missing a required claim: exp"),
        ({"iat": None}, 0, InvalidIdentityToken, "Missing a required claim: iat"),
        ({"exp": "soon"}, 0, InvalidIdentityToken, "exp is not a number"),
        ({"nbf": BEGIN.timestamp() + 31}, 0, InvalidIdentityToken, "not valid yet"),
        ({"iat": BEGIN.timestamp() + 31}, 0, InvalidIdentityToken, "not valid yet"),
        ({"nbf": BEGIN.timestamp() + 30}, 0, None, ""),
        ({}, 629, None, ""),
        ({}, 630, IdentityTokenExpired, "Token expired: current date/time"),
        ({"iss": "https://elsewhere.example.com"}, 0, InvalidIdentityToken, "No OpenIDConnect provider found"),
        ({"iss": f"http://{GITHUB}"}, 0, InvalidIdentityToken, "No OpenIDConnect provider found"),
        ({"iss": f"https://{GITHUB}/path"}, 0, InvalidIdentityToken, "No OpenIDConnect provider found"),
        ({"iss": f"https://user@{GITHUB}"}, 0, InvalidIdentityToken, "No OpenIDConnect provider found"),
        ({"iss": None}, 0, InvalidIdentityToken, "No OpenIDConnect provider found"),
    ],
)
def test_claims_that_are_wrong(
    scene: Play, claims: dict[str, Any], later: float, error: type[DomainError] | None, message: str
) -> None:
    found = outcome(scene, GITHUB, None, claims, later=later)
    if error is None:
        assert isinstance(found, WebSession)
    else:
        assert isinstance(found, error)
        assert message in found.message


def test_only_the_roles_own_account_says_whom_it_trusts(scene: Play) -> None:
    issuer = Issuer(f"https://{GITHUB}", BEGIN)

    async def play(world: World) -> None:
        foreign = await world.provider(GITHUB, AUDIENCE, account=OTHER)
        arn = await world.role("web", trust({"Federated": foreign}, ACTION))
        with pytest.raises(InvalidIdentityToken, match="No OpenIDConnect provider found in your account"):
            await assume(world, issuer.token(), arn)
        assert issuer.asked == 0
        await world.provider(GITHUB, AUDIENCE)
        with pytest.raises(AccessDenied):
            await assume(world, issuer.token(), arn)
        with pytest.raises(AccessDenied):
            await assume(world, issuer.token(), arn.replace("web", "missing"))

    scene(play, jwks=issuer)


def test_trust_for_other_actions_and_principals_is_none(scene: Play) -> None:
    issuer = Issuer(f"https://{GITHUB}", BEGIN)

    async def play(world: World) -> None:
        provider = await world.provider(GITHUB, AUDIENCE)
        user = f"arn:aws:iam::{HOME}:user/ci"
        for trusted in (trust({"Federated": provider}, "sts:AssumeRole"), trust(user, ACTION)):
            arn = await world.role("web", trusted)
            with pytest.raises(AccessDenied):
                await assume(world, issuer.token(), arn)
            await world.delete("role", "web")

    scene(play, jwks=issuer)


def test_tags_in_a_token(scene: Play) -> None:
    tags = "https://aws.amazon.com/tags"
    nested = {tags: {"principal_tags": {"team": ["a"]}, "transitive_tag_keys": ["team"]}}
    condition = {"StringEquals": {"aws:RequestTag/team": "a"}}
    assert isinstance(outcome(scene, GITHUB, condition, nested), WebSession)


@pytest.mark.parametrize(
    "claim",
    [
        {"https://aws.amazon.com/tags": "team"},
        {"https://aws.amazon.com/tags": {"principal_tags": {"team": "a"}}},
        {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["a", "b"]}}},
        {"https://aws.amazon.com/source_identity": "somebody"},
    ],
)
def test_tags_that_are_not_understood_are_not_passed_over(scene: Play, claim: dict[str, Any]) -> None:
    found = outcome(scene, GITHUB, None, claim)
    assert type(found).__name__ == "ClaimRejected"
