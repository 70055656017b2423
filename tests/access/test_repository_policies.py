"""SetRepositoryPolicy and its companions: what is refused, and that nobody locks himself out by mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, document, grant

Fresh = Callable[[str], str]
INVALID = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'"


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_set_get_delete(guarded: Guarded, repository: str) -> None:
    one = {"repositoryName": repository}
    where = f"the repository with name '{repository}' in the registry with id '{HOME}'"
    missing = ("RepositoryPolicyNotFoundException", f"Repository policy does not exist for {where}")
    assert refused(guarded.root.get_repository_policy, **one) == missing
    assert refused(guarded.root.delete_repository_policy, **one) == missing
    for action in ("ecr:BatchGetImage", "ecr:ListImages"):
        text = json.dumps(grant({"AWS": OTHER}, action), indent=2)
        wanted = {"registryId": HOME, "repositoryName": repository, "policyText": text}
        for answer in (guarded.set_policy(repository, text), guarded.root.get_repository_policy(**one)):
            assert {key: answer[key] for key in wanted} == wanted
    assert guarded.root.delete_repository_policy(**one)["policyText"] == text
    assert refused(guarded.root.get_repository_policy, **one) == missing


def test_a_repository_that_is_not_there(guarded: Guarded) -> None:
    text = json.dumps(grant({"AWS": OTHER}, "ecr:ListImages"))
    for call, more in (
        (guarded.root.set_repository_policy, {"policyText": text}),
        (guarded.root.get_repository_policy, {}),
        (guarded.root.delete_repository_policy, {}),
    ):
        assert refused(call, repositoryName="not/there", **more)[0] == "RepositoryNotFoundException"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        json.dumps(allow("ecr:*")),
        json.dumps(document({"Effect": "Maybe", "Principal": "*", "Action": "ecr:*"})),
        json.dumps(document({"Effect": "Allow", "Principal": "*"})),
        json.dumps(document({"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Extra": 1})),
        json.dumps(grant({"AWS": "arn:aws:iam::12:root"}, "ecr:*")),
        json.dumps(grant("*", "ecr:*", Condition={"NoSuchOperator": {"aws:SourceIp": "1.2.3.4"}})),
    ],
)
def test_what_is_no_policy(guarded: Guarded, repository: str, text: str) -> None:
    code, message = refused(guarded.set_policy, repository=repository, policy=text)
    assert code == "InvalidParameterException"
    assert message.startswith(f"{INVALID}: ")


def test_the_longest_policy(guarded: Guarded, repository: str) -> None:
    text = json.dumps(grant({"AWS": OTHER}, "ecr:ListImages"))
    guarded.set_policy(repository, text + " " * (10_240 - len(text)))
    code, message = refused(guarded.set_policy, repository=repository, policy=text + " " * (10_241 - len(text)))
    assert code == "InvalidParameterException"
    assert "length less than or equal to 10240" in message


def test_principals_that_are_not_there(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    guarded.people.user(HOME, name := fresh("user"), path="/team/")
    for there in (
        f"arn:aws:iam::{HOME}:user/team/{name}",
        "arn:aws:iam::999999999999:user/somewhere-else",
        "999999999999",
        f"arn:aws:iam::{OTHER}:root",
    ):
        guarded.set_policy(repository, grant({"AWS": there}, "ecr:ListImages"))
    for absent in (
        f"arn:aws:iam::{HOME}:user/{name}",
        f"arn:aws:iam::{HOME}:user/nobody",
        f"arn:aws:iam::{OTHER}:role/nobody",
        f"arn:aws:sts::{HOME}:assumed-role/nobody/session",
    ):
        policy = grant({"AWS": absent}, "ecr:ListImages")
        assert refused(guarded.set_policy, repository=repository, policy=policy) == (
            "InvalidParameterException",
            f'{INVALID}: Invalid principal in policy: "AWS":"{absent}"',
        )


def test_nobody_locks_himself_out(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow("ecr:*"))
    ecr = guarded.ecr(keys)
    for principal in ("*", {"AWS": f"arn:aws:iam::{HOME}:user/{name}"}):
        text = json.dumps(grant(principal, "ecr:SetRepositoryPolicy", effect="Deny"))
        code, message = refused(ecr.set_repository_policy, repositoryName=repository, policyText=text)
        assert code == "InvalidParameterException"
        assert "prevent you from setting another policy" in message
    assert refused(guarded.root.get_repository_policy, repositoryName=repository)[0].startswith("RepositoryPolicyNotF")
    ecr.set_repository_policy(repositoryName=repository, policyText=text, force=True)
    again = {"repositoryName": repository, "policyText": text, "force": True}
    settled(lambda: _code(ecr.set_repository_policy, **again) == "AccessDeniedException")
    guarded.set_policy(repository, text)


def test_the_root_finds_the_way_back(guarded: Guarded, repository: str) -> None:
    everyone = json.dumps(grant("*", "ecr:*", effect="Deny"))
    code, _ = refused(guarded.set_policy, repository=repository, policy=everyone)
    assert code == "InvalidParameterException"
    guarded.set_policy(repository, everyone, force=True)
    settled(lambda: _code(guarded.root.list_images, repositoryName=repository) == "AccessDeniedException")
    assert guarded.root.get_repository_policy(repositoryName=repository)["policyText"] == everyone
    guarded.root.delete_repository_policy(repositoryName=repository)
    settled(lambda: _code(guarded.root.list_images, repositoryName=repository) == "")


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""
