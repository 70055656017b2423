"""What the lint finds goes into a header and the log, and with strict_policies it is an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import OTHER, Guarded
from tests.access.people import grant
from tests.conftest import StartServer

HEADER = "x-entrepot-policy-findings"
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
PUBLIC = "public-access; statement=1; severity=warning"


def headers(answer: Any) -> dict[str, str]:
    return answer["ResponseMetadata"]["HTTPHeaders"]


def test_a_policy_that_is_in_order_has_no_header(guarded: Guarded, repository: str) -> None:
    assert HEADER not in headers(guarded.set_policy(repository, grant({"AWS": OTHER}, *PULL)))


def test_public_access_is_told(guarded: Guarded, repository: str) -> None:
    answer = guarded.set_policy(repository, grant("*", *PULL))
    assert headers(answer)[HEADER] == PUBLIC
    assert guarded.root.get_repository_policy(repositoryName=repository)["policyText"]
    lines = [line for line in guarded.server.program.log_text().splitlines() if "policy has findings" in line]
    line = next(json.loads(each) for each in lines if f"repository/{repository}" in each)
    assert (line["level"], line["principal"]) == ("warning", "arn:aws:iam::123456789012:root")
    assert "lets anyone on the network pull" in line["findings"][0]


def test_several_findings(guarded: Guarded, repository: str) -> None:
    answer = guarded.set_policy(repository, grant({"AWS": OTHER}, "ecr:*", "ecr:BatchGetImages"))
    codes = [each.partition(";")[0] for each in headers(answer)[HEADER].split(", ")]
    assert {"wide-grant", "unknown-action"} <= set(codes)


def test_a_registry_policy(guarded: Guarded) -> None:
    ecr = guarded.server.boto3("ecr", region="eu-north-1")
    policy = grant("*", *PULL, Resource="*")
    assert PUBLIC in headers(ecr.put_registry_policy(policyText=json.dumps(policy)))[HEADER]


def test_strict(start: StartServer, fresh: Callable[[str], str]) -> None:
    ecr = start(args=["--strict-policies", "true"]).boto3("ecr")
    ecr.create_repository(repositoryName=(name := fresh("repository")))
    for call, of, more in (
        (ecr.set_repository_policy, "repository", {"repositoryName": name}),
        (ecr.put_registry_policy, "registry", {}),
    ):
        text = json.dumps(grant("*", *PULL, Resource="*"))
        with pytest.raises(ClientError, match=f"'Invalid {of} policy provided': .*lets (anyone|every)") as caught:
            call(policyText=text, **more)
        assert caught.value.response["Error"]["Code"] == "InvalidParameterException"
        call(policyText=json.dumps(grant({"AWS": OTHER}, *PULL, Resource="*")), **more)
