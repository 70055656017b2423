"""STS GetCallerIdentity, which every client asks first."""

from __future__ import annotations

from typing import Any

from tests.ecr.lab import SECOND_ACCOUNT, Refused, client, refused
from tests.support.server import Keys, Server


def identity(sts: Any) -> dict[str, str]:
    answer = sts.get_caller_identity()
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    return answer


def test_a_root_is_its_account(server: Server, account: str, second_keys: Keys) -> None:
    assert account == "123456789012"
    assert identity(client(server, "sts")) == {
        "UserId": account,
        "Account": account,
        "Arn": f"arn:aws:iam::{account}:root",
    }
    assert identity(client(server, "sts", keys=second_keys))["Account"] == SECOND_ACCOUNT


def test_who_may_do_nothing_may_ask_who_they_are(server: Server, account: str, nobody: Keys) -> None:
    user = client(server, "iam").get_user(UserName="nobody")["User"]
    assert identity(client(server, "sts", keys=nobody)) == {
        "UserId": user["UserId"],
        "Account": account,
        "Arn": f"arn:aws:iam::{account}:user/nobody",
    }


def test_the_region_makes_no_difference(server: Server, account: str) -> None:
    assert identity(client(server, "sts", region="eu-north-1"))["Account"] == account


def test_a_key_that_does_not_exist_has_no_identity(server: Server) -> None:
    strangers = Keys("AKIAAAAAAAAAAAAAAAAA", "nothing")
    found = refused(client(server, "sts", keys=strangers).get_caller_identity)
    message = "The security token included in the request is invalid."
    assert found == Refused("InvalidClientTokenId", message, 403, {})


def test_other_operations_of_sts_are_refused(server: Server) -> None:
    found = refused(client(server, "sts").get_federation_token, Name="any")
    assert found.code == "UnsupportedCommandException"
    assert found.message == "GetFederationToken is not available in this release of Entrepot."
