"""The structs of 'sts', API version 2011-06-15.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""


class GetCallerIdentityRequest(Shape, frozen=True, kw_only=True):
    pass


class GetCallerIdentityResponse(Shape, frozen=True, kw_only=True):
    user_id: str | None = msgspec.field(default=None, name="UserId")
    account: str | None = msgspec.field(default=None, name="Account")
    arn: str | None = msgspec.field(default=None, name="Arn")


INPUTS: Mapping[str, type[msgspec.Struct]] = {
    "GetCallerIdentity": GetCallerIdentityRequest,
}


OUTPUTS: Mapping[str, type[msgspec.Struct]] = {
    "GetCallerIdentity": GetCallerIdentityResponse,
}
