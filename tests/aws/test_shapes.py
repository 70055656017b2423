"""The generated structs say what the model says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any, get_type_hints

import msgspec
import pytest

from entrepot.aws import ecr, iam, shapes_ecr, shapes_iam, shapes_sts, sts
from entrepot.aws.dispatch import handlers_of
from entrepot.aws.model import ServiceModel
from tests.aws.models import ECR, IAM, STS

GENERATOR = Path(__file__).parents[2] / "tools" / "generate_shapes.py"


def test_they_are_what_the_generator_writes() -> None:
    result = subprocess.run([sys.executable, GENERATOR, "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("model", "module"), [(ECR, shapes_ecr), (IAM, shapes_iam), (STS, shapes_sts)])
def test_every_member_has_its_name_on_the_wire(model: ServiceModel, module: Any) -> None:
    structs = [
        (name, struct)
        for name, struct in vars(module).items()
        if name in model.shapes and hasattr(struct, "__struct_fields__")
    ]
    for name, struct in structs:
        assert struct.__struct_encode_fields__ == tuple(model.shapes[name].members)
        required = {field.encode_name for field in msgspec.structs.fields(struct) if field.required}
        assert required == set(model.shapes[name].required)


@pytest.mark.parametrize("table", [shapes_ecr.INPUTS, shapes_ecr.OUTPUTS])
def test_all_operations_of_ecr_have_structs_that_msgspec_takes(table: Mapping[str, type[msgspec.Struct]]) -> None:
    assert table.keys() == ECR.operations.keys()
    for struct in table.values():
        msgspec.json.Decoder(struct)


@pytest.mark.parametrize(
    ("modules", "shapes"), [(ecr.MODULES, shapes_ecr), (iam.MODULES, shapes_iam), (sts.MODULES, shapes_sts)]
)
def test_handlers_take_and_give_the_structs_of_their_operation(modules: Any, shapes: Any) -> None:
    for handler in handlers_of(modules):
        hints = get_type_hints(handler.call)
        assert list(hints.values())[2:] == [shapes.INPUTS[handler.name], shapes.OUTPUTS.get(handler.name, NoneType)]


def test_an_operation_without_input_takes_an_empty_one() -> None:
    assert IAM.table["GetAccountSummary"].input is None
    assert msgspec.structs.fields(shapes_iam.INPUTS["GetAccountSummary"]) == ()


def test_the_types_of_the_wire() -> None:
    part = msgspec.convert(
        {"repositoryName": "a", "uploadId": "u", "partFirstByte": 0, "partLastByte": 3, "layerPartBlob": "YWJj"},
        shapes_ecr.UploadLayerPartRequest,
    )
    assert part.layer_part_blob == b"abc"
    repository = shapes_ecr.Repository(repository_name="a", created_at=1.5)
    assert msgspec.json.encode(repository) == b'{"repositoryName":"a","createdAt":1.5}'
    tag = shapes_ecr.Tag(key="k", value="v")
    assert msgspec.json.encode(tag) == b'{"Key":"k","Value":"v"}'
