"""What docker prints when it may not: each message says what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.people import allow, document
from tests.support.oci import Answer

HOST = f"{HOME}.dkr.ecr.us-east-1.example.com"
LOGIN = (
    f"Log in with: aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin {HOST}"
)


def told(answer: Answer) -> str:
    return answer.json()["errors"][0]["message"]


def test_not_logged_in(guarded: Guarded, repository: str) -> None:
    answer = guarded.oci().request("POST", f"/v2/{repository}/blobs/uploads/").expect(401)
    assert told(answer) == f"Not Authorized. {LOGIN}"


def test_a_password_that_is_none(guarded: Guarded, repository: str) -> None:
    oci = guarded.oci()
    oci.password = "wrong"
    answer = oci.get_manifest(repository, "v1").expect(401)
    assert told(answer) == f"Your authorization token is not valid. Reauthenticate and try again. {LOGIN}"


def test_no_permission_to_push(guarded: Guarded, fresh: Callable[[str], str], repository: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow("ecr:GetAuthorizationToken"))
    answer = guarded.oci(keys).request("POST", f"/v2/{repository}/blobs/uploads/").expect(403)
    assert told(answer) == (
        f"User: arn:aws:iam::{HOME}:user/{name} is not authorized to perform: ecr:InitiateLayerUpload on resource: "
        f"arn:aws:ecr:us-east-1:{HOME}:repository/{repository} because no identity-based policy allows the "
        f"ecr:InitiateLayerUpload action. Ask an administrator of account {HOME} to attach a policy that allows it, "
        "such as AmazonEC2ContainerRegistryPowerUser."
    )


def test_the_log_names_the_statement_that_denied(
    guarded: Guarded, fresh: Callable[[str], str], repository: str
) -> None:
    denial = {"Effect": "Deny", "Action": "ecr:InitiateLayerUpload", "Resource": "*"}
    policy = document({"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}, denial)
    keys = guarded.people.user(HOME, name := fresh("user"), policy)
    oci = guarded.oci(keys)
    oci.request("POST", f"/v2/{repository}/blobs/uploads/").expect(403)
    lines = [json.loads(line) for line in guarded.server.program.log_text().splitlines() if f"user/{name}" in line]
    (line,) = [line for line in lines if line["event"] == "denied"]
    assert (line["action"], line["reason"], line["statement"]) == ("ecr:InitiateLayerUpload", "explicit-deny", 2)
    assert line["resource"].endswith(f":repository/{repository}")


def test_no_permission_abroad(guarded: Guarded, fresh: Callable[[str], str], repository: str) -> None:
    keys = guarded.people.user(OTHER, name := fresh("user"), allow("ecr:*"))
    message = told(guarded.oci(keys).get_manifest(repository, "v1").expect(403))
    wanted = f"Ask an administrator of account {HOME} for a repository policy that allows it to arn:aws:iam::{OTHER}"
    assert message.endswith(f"{wanted}:user/{name}.")
