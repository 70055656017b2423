"""Botocore's model, as the door reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from entrepot.aws import ecr, sts
from entrepot.aws.model import ServiceModel, load_model
from tests.aws.models import ECR, IAM, STS


def test_ecr_is_whole() -> None:
    assert len(ECR.operations) == 62
    assert ECR.metadata.target_prefix == "AmazonEC2ContainerRegistry_V20150921"
    assert (ECR.signing_name, STS.signing_name) == ("ecr", "sts")


def test_an_operation_knows_its_shapes_and_the_errors_it_declares() -> None:
    operation = ECR.table["InitiateLayerUpload"]
    assert (operation.input, operation.output) == ("InitiateLayerUploadRequest", "InitiateLayerUploadResponse")
    assert operation.errors == {
        "ServerException": 500,
        "InvalidParameterException": 400,
        "RepositoryNotFoundException": 400,
        "KmsException": 400,
    }


def test_the_query_protocol_has_codes_and_statuses_of_its_own() -> None:
    assert IAM.table["CreateUser"].errors["EntityAlreadyExists"] == 409
    assert STS.table["GetCallerIdentity"].result_wrapper == "GetCallerIdentityResult"


@pytest.mark.parametrize("model", [ECR, STS])
def test_every_shape_that_is_named_is_there(model: ServiceModel) -> None:
    for shape in model.shapes.values():
        refs = [*shape.members.values(), *filter(None, (shape.member, shape.key, shape.value))]
        assert all(ref.shape in model.shapes for ref in refs)


def test_a_users_own_models_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ecr" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps({"metadata": {}, "operations": {}, "shapes": {}}))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert load_model("ecr").metadata.api_version == "2015-09-21"


def test_the_tables_made_at_start() -> None:
    assert ecr.service().handled <= set(ECR.operations)
    assert ecr.service().endpoints.keys() == ECR.operations.keys()
    assert sts.service().handled == sts.service().endpoints.keys()
