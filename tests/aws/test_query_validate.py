"""What breaks IAM's constraints, in IAM's words."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.aws import shapes_iam
from entrepot.aws.dispatch import build_service
from entrepot.errors import ValidationFailed
from tests.aws.models import IAM

SERVICE = build_service(IAM, shapes_iam.INPUTS, [])
TAG = r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"


LONGER = "Member must have length less than or equal to 131072"
VALUES = "Member must satisfy enum value set: [Active, Inactive, Expired]"
LETTERS = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
BELL = [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "\x07"}]


@pytest.mark.parametrize(
    ("operation", "given", "place", "constraint"),
    [
        ("CreateUser", {}, " null at 'userName'", "Member must not be null"),
        ("ListUsers", {"MaxItems": 1001}, " '1001' at 'maxItems'", "Member must have value less than or equal to 1000"),
        ("TagUser", {"UserName": "a", "Tags": BELL}, " '\x07' at 'tags.2.member.value'", TAG),
        ("UpdateAccessKey", {"AccessKeyId": "A" * 16, "Status": "On"}, " 'On' at 'status'", VALUES),
        (
            "PutUserPolicy",
            {"UserName": "a", "PolicyName": "p", "PolicyDocument": "x" * 131073},
            " at 'policyDocument'",
            LONGER,
        ),
    ],
)
def test_a_sentence(operation: str, given: dict[str, Any], place: str, constraint: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        SERVICE.endpoints[operation].check(given, "")
    message = f"1 validation error detected: Value{place} failed to satisfy constraint: {constraint}"
    assert caught.value.message == message


def test_a_name_has_a_sentence_of_its_own() -> None:
    with pytest.raises(ValidationFailed) as caught:
        SERVICE.endpoints["CreateGroup"].check({"GroupName": "a/b"}, "")
    assert caught.value.message == f"The specified value for groupName is invalid. {LETTERS}"


def test_what_is_right_passes() -> None:
    SERVICE.endpoints["CreateUser"].check({"UserName": "a.b@c=d,e+f-g_h", "Path": "/a/b/"}, "")
    SERVICE.endpoints["GetAccountSummary"].check({}, "")
