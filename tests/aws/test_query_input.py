"""Parameters of the query protocol: botocore writes them, we read them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel as BotocoreModel
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from entrepot.aws.errors import Refusal
from entrepot.aws.model import ServiceModel
from entrepot.aws.query_input import decode_query
from tests.aws.models import IAM, STS

TEXT = st.text(max_size=8)
TAGS = st.lists(st.fixed_dictionaries({"Key": TEXT, "Value": TEXT}), max_size=12)
ASSUME_ROLE = st.fixed_dictionaries(
    {"RoleArn": TEXT, "RoleSessionName": TEXT},
    optional={
        "PolicyArns": st.lists(st.fixed_dictionaries({"arn": TEXT}), max_size=3),
        "DurationSeconds": st.integers(-(2**31), 2**31),
        "Tags": TAGS,
        "TransitiveTagKeys": st.lists(TEXT, max_size=3),
    },
)
LOADER = Loader(include_default_search_paths=False, extra_search_paths=[Loader.BUILTIN_DATA_PATH])


def written(service: str, operation: str, given_input: dict[str, Any]) -> dict[str, str]:
    model = BotocoreModel(LOADER.load_service_model(service, "service-2"))
    serializer = create_serializer("query", include_validation=False)
    return serializer.serialize_to_request(given_input, model.operation_model(operation))["body"]


def read(model: ServiceModel, operation: str, parameters: dict[str, str]) -> object:
    pairs = [(name, str(value)) for name, value in parameters.items()]
    return decode_query(model, model.table[operation].input or "", pairs)


@given(ASSUME_ROLE)
def test_what_botocore_writes_is_read_back(value: dict[str, Any]) -> None:
    assert read(STS, "AssumeRole", written("sts", "AssumeRole", value)) == value


def test_maps_and_booleans() -> None:
    (name,) = IAM.shapes[IAM.table["PutAccountProperties"].input or ""].members
    value = {name: {"a": "1", "b": ""}}
    assert read(IAM, "PutAccountProperties", written("iam", "PutAccountProperties", value)) == value
    assert read(IAM, "CreatePolicyVersion", {"SetAsDefault": "true"}) == {"SetAsDefault": True}


def test_elements_come_in_the_order_of_their_numbers() -> None:
    keys = {f"TagKeys.member.{number}": str(number) for number in (10, 2, 1)}
    assert read(IAM, "UntagUser", keys) == {"TagKeys": ["1", "2", "10"]}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("AssumeRole", {"DurationSeconds": "ten"}),
        ("AssumeRole", {"DurationSeconds": "1_0"}),
        ("AssumeRole", {"DurationSeconds": "\uff11"}),
        ("AssumeRole", {"DurationSeconds.x": "1"}),
        ("AssumeRole", {"Tags.member.x.Key": "a"}),
        ("AssumeRole", {"Tags.member.-1.Key": "a"}),
        ("AssumeRole", {"Tags.member.99999999999.Key": "a"}),
    ],
)
def test_values_that_are_not_of_their_type(operation: str, parameters: dict[str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        read(STS, operation, parameters)
    assert caught.value.error.code == "MalformedInput"


def test_a_parameter_that_comes_twice() -> None:
    with pytest.raises(Refusal):
        decode_query(STS, "AssumeRoleRequest", [("RoleArn", "a"), ("RoleArn", "b")])


def test_booleans_are_spelled_one_way() -> None:
    with pytest.raises(Refusal):
        read(IAM, "CreatePolicyVersion", {"SetAsDefault": "True"})


@given(st.lists(st.tuples(st.text("RoleArnTags.member0123456789", max_size=20), TEXT), max_size=6))
def test_any_parameters_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with contextlib.suppress(Refusal):
        assert isinstance(decode_query(STS, "AssumeRoleRequest", pairs), dict)
