"""IAM's operations, one module for each family of them. A module's handlers count once it is listed in MODULES."""

from __future__ import annotations

from types import ModuleType

from entrepot.aws import shapes_iam
from entrepot.aws.dispatch import Service, build_service, handlers_of
from entrepot.aws.iam import (
    access_keys,
    account,
    attachments,
    context_keys,
    groups,
    inline_policies,
    oidc,
    policies,
    policy_versions,
    roles,
    simulate,
    tags,
    users,
)
from entrepot.aws.model import load_model

MODULES: tuple[ModuleType, ...] = (
    access_keys,
    account,
    attachments,
    context_keys,
    groups,
    inline_policies,
    oidc,
    policies,
    policy_versions,
    roles,
    simulate,
    tags,
    users,
)


def service() -> Service:
    """IAM with the handlers of MODULES; the operations without one refuse."""
    return build_service(load_model("iam"), shapes_iam.INPUTS, handlers_of(MODULES))
