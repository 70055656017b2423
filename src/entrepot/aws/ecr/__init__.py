"""ECR's operations, one module for each family of them. A module's handlers count once it is listed in MODULES."""

from __future__ import annotations

from types import ModuleType

from entrepot.aws import shapes_ecr
from entrepot.aws.dispatch import Service, build_service, handlers_of
from entrepot.aws.ecr import (
    authorization,
    images,
    layers,
    listings,
    policies,
    registries,
    repositories,
    resource_tags,
)
from entrepot.aws.model import load_model

MODULES: tuple[ModuleType, ...] = (
    authorization,
    images,
    layers,
    listings,
    policies,
    registries,
    repositories,
    resource_tags,
)


def service() -> Service:
    """ECR with the handlers of MODULES; the operations without one refuse."""
    return build_service(load_model("ecr"), shapes_ecr.INPUTS, handlers_of(MODULES))
