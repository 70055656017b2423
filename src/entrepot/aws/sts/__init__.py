"""STS's operations, one module for each family of them. A module's handlers count once it is listed in MODULES."""

from __future__ import annotations

from types import ModuleType

from entrepot.aws import shapes_sts
from entrepot.aws.dispatch import Service, build_service, handlers_of
from entrepot.aws.model import load_model
from entrepot.aws.sts import identity, keys, roles

MODULES: tuple[ModuleType, ...] = (identity, keys, roles)


def service() -> Service:
    """STS with the handlers of MODULES; the operations without one refuse."""
    return build_service(load_model("sts"), shapes_sts.INPUTS, handlers_of(MODULES))
