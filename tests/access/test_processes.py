"""Two servers on the same data: what one of them is told, the other goes by within a second."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.access.eventually import PROMISED, settled
from tests.access.people import allow, grant
from tests.access.test_conditions import may
from tests.conftest import StartServer
from tests.support.server import Keys

pytestmark = pytest.mark.alone  # within a second

LIST = allow("ecr:ListImages")


@pytest.mark.parametrize("of", ["user", "repository"])
def test_a_change_made_at_another_server(start: StartServer, fresh: Callable[[str], str], of: str) -> None:
    one = start()
    other = start(one.data)
    iam, root = other.boto3("iam", keys=one.keys), other.boto3("ecr", keys=one.keys)
    root.create_repository(repositoryName=(repository := fresh("repository")))
    arn = iam.create_user(UserName=(name := fresh("user")))["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    ecr = one.boto3("ecr", keys=Keys(key["AccessKeyId"], key["SecretAccessKey"]))

    def give() -> None:
        if of == "user":
            iam.put_user_policy(UserName=name, PolicyName="list", PolicyDocument=json.dumps(LIST))
        else:
            text = json.dumps(grant({"AWS": arn}, "ecr:ListImages"))
            root.set_repository_policy(repositoryName=repository, policyText=text)

    def take() -> None:
        if of == "user":
            iam.delete_user_policy(UserName=name, PolicyName="list")
        else:
            root.delete_repository_policy(repositoryName=repository)

    assert not may(ecr.list_images, repositoryName=repository)
    for change, expected in ((give, True), (take, False), (give, True)):
        change()
        assert settled(lambda expected=expected: may(ecr.list_images, repositoryName=repository) is expected) < PROMISED
