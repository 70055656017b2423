"""Answers of the query protocol: we write them, botocore reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from entrepot.aws.errors import AwsError
from entrepot.aws.model import ServiceModel
from entrepot.aws.query_output import encode_error, encode_result
from tests.aws.models import IAM, STS

LOADER = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)


def read(service: str, operation: str, body: bytes, status: int = 200) -> dict[str, Any]:
    model = BotocoreModel(LOADER.load_service_model(service, "service-2"))
    response = {"status_code": status, "headers": {}, "body": body}
    return create_parser("query").parse(response, model.operation_model(operation).output_shape)


def write(model: ServiceModel, operation: str, values: dict[str, Any]) -> bytes:
    struct = msgspec.defstruct("Result", [(name, object) for name in values])
    return encode_result(model, model.table[operation], struct(**values), "request-1")


@given(PRINTABLE, PRINTABLE)
def test_strings(user_id: str, arn: str) -> None:
    answer = read("sts", "GetCallerIdentity", write(STS, "GetCallerIdentity", {"UserId": user_id, "Arn": arn}))
    assert (answer["UserId"], answer["Arn"]) == (user_id, arn)
    assert answer["ResponseMetadata"]["RequestId"] == "request-1"


def test_lists_structures_timestamps_booleans() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    users = [
        {"UserName": name, "CreateDate": moment.timestamp(), "Tags": [{"Key": "k", "Value": "<&>"}]} for name in "ab"
    ]
    answer = read("iam", "ListUsers", write(IAM, "ListUsers", {"Users": users, "IsTruncated": False, "Marker": "m"}))
    assert answer["IsTruncated"] is False
    assert [user["UserName"] for user in answer["Users"]] == ["a", "b"]
    assert answer["Users"][0]["CreateDate"] == moment
    assert answer["Users"][1]["Tags"] == [{"Key": "k", "Value": "<&>"}]


def test_maps_and_blobs() -> None:
    summary = {"Users": 3, "Groups": 0}
    assert (
        read("iam", "GetAccountSummary", write(IAM, "GetAccountSummary", {"SummaryMap": summary}))["SummaryMap"]
        == summary
    )
    report = read("iam", "GetCredentialReport", write(IAM, "GetCredentialReport", {"Content": b"user,arn\n"}))
    assert report["Content"] == b"user,arn\n"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_an_error_is_well_formed_whatever_it_quotes(message: str) -> None:
    body = encode_error("https://sts.amazonaws.com/doc/2011-06-15/", AwsError("InvalidAction", message), "request-1")
    answer = read("sts", "GetCallerIdentity", body, 400)
    assert answer["Error"]["Code"] == "InvalidAction"
    assert answer["Error"]["Type"] == "Sender"
    assert answer["ResponseMetadata"]["RequestId"] == "request-1"
    if message.isprintable():
        assert (answer["Error"]["Message"] or "") == message


def test_the_servers_own_errors_say_so() -> None:
    body = encode_error("urn:x", AwsError("InternalFailure", "m", 500), "1")
    assert b"<Type>Receiver</Type>" in body
