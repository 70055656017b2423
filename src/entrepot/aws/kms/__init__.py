"""KMS's operations, one module for each family of them. A module's handlers count once it is listed in MODULES."""

from __future__ import annotations

from types import ModuleType

from entrepot.aws import shapes_kms
from entrepot.aws.dispatch import Service, build_service, handlers_of
from entrepot.aws.kms import aliases, crypto, data_keys, deletion, keys, policies, rotation, tags
from entrepot.aws.model import load_model

MODULES: tuple[ModuleType, ...] = (aliases, crypto, data_keys, deletion, keys, policies, rotation, tags)


def service() -> Service:
    """KMS with the handlers of MODULES; the operations without one refuse."""
    return build_service(load_model("kms"), shapes_kms.INPUTS, handlers_of(MODULES))
