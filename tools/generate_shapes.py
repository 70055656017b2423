"""Writes the typed structs of an AWS service's operations from botocore's model.

    python tools/generate_shapes.py            writes src/entrepot/aws/shapes_*.py anew
    python tools/generate_shapes.py --check    exits with 1 where one of them is not what would be written

Timestamps become float: ECR sends seconds since the epoch, where msgspec would write a datetime as RFC 3339.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from entrepot.aws.model import Ref, ServiceModel, Shape, load_model

FOLDER = Path(__file__).parent.parent / "src" / "entrepot" / "aws"

# Of IAM's 170 or so what users of ECR need: users, groups, roles, keys, policies, OIDC providers, simulation.
_IAM = """
    AddClientIDToOpenIDConnectProvider AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy
    CreateAccessKey CreateGroup CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion CreateRole CreateUser
    DeleteAccessKey DeleteGroup DeleteGroupPolicy DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion
    DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteUser DeleteUserPermissionsBoundary
    DeleteUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy GetAccessKeyLastUsed
    GetAccountAuthorizationDetails GetAccountSummary GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy
    GetGroup GetGroupPolicy GetOpenIDConnectProvider GetPolicy GetPolicyVersion GetRole GetRolePolicy GetUser
    GetUserPolicy ListAccessKeys ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies
    ListEntitiesForPolicy ListGroupPolicies ListGroups ListGroupsForUser ListOpenIDConnectProviderTags
    ListOpenIDConnectProviders ListPolicies ListPolicyTags ListPolicyVersions ListRolePolicies ListRoleTags ListRoles
    ListUserPolicies ListUserTags ListUsers PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy
    PutUserPermissionsBoundary PutUserPolicy RemoveClientIDFromOpenIDConnectProvider RemoveUserFromGroup
    SetDefaultPolicyVersion SimulateCustomPolicy SimulatePrincipalPolicy TagOpenIDConnectProvider TagPolicy TagRole
    TagUser UntagOpenIDConnectProvider UntagPolicy UntagRole UntagUser UpdateAccessKey UpdateAssumeRolePolicy
    UpdateGroup UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription UpdateUser
"""

# Of KMS's 56 or so what symmetric keys need; there are no grants, key stores, imported, asymmetric or HMAC keys.
_KMS = """
    CancelKeyDeletion CreateAlias CreateKey Decrypt DeleteAlias DescribeKey DisableKey DisableKeyRotation EnableKey
    EnableKeyRotation Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateRandom GetKeyPolicy
    GetKeyRotationStatus ListAliases ListKeyPolicies ListKeyRotations ListKeys ListResourceTags PutKeyPolicy ReEncrypt
    RotateKeyOnDemand ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription
"""

# Operations by service; None stands for all of them.
SERVICES: Mapping[str, tuple[str, ...] | None] = {
    "ecr": None,
    "iam": tuple(_IAM.split()),
    "kms": tuple(_KMS.split()),
    "sts": ("AssumeRole", "AssumeRoleWithWebIdentity", "GetAccessKeyInfo", "GetCallerIdentity", "GetSessionToken"),
}

_SIMPLE = {
    "string": "str",
    "blob": "bytes",
    "boolean": "bool",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "timestamp": "float",
}
_WIDTH = 120
# What stands for the input of an operation that has none in the model.
_NO_INPUT = "NoInput"
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_HEADER = '''"""The structs of {title}, API version {version}.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping
{typing}
import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""
'''


def main(arguments: Sequence[str]) -> int:
    """Writes or, with --check, compares. Returns the exit status."""
    stale = 0
    for service in SERVICES:
        path = FOLDER / f"shapes_{service}.py"
        text = generate(service)
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path.name} is not what tools/generate_shapes.py writes: run it")
            stale = 1
    return stale


def generate(service: str) -> str:
    """The module of a service's structs."""
    model = load_model(service)
    names = SERVICES[service] or tuple(sorted(model.operations))
    operations = [model.table[name] for name in names]
    inputs = {operation.name: operation.input or _NO_INPUT for operation in operations}
    outputs = {operation.name: operation.output for operation in operations if operation.output}
    roots = [name for name in (*inputs.values(), *outputs.values()) if name != _NO_INPUT]
    body = "".join(_definition(model, name) for name in sorted(_reachable(model, roots), key=_type_name))
    body += _struct(model, _NO_INPUT, Shape("structure")) if _NO_INPUT in inputs.values() else ""
    typing = "from typing import Literal, TypeAlias\n" if "Literal[" in body else ""
    sequence = "from collections.abc import Mapping" + (", Sequence" if "Sequence[" in body else "")
    header = _HEADER.format(title=f"'{service}'", version=model.metadata.api_version, typing=typing)
    header = header.replace("from collections.abc import Mapping", sequence)
    return header + body + _table("INPUTS", inputs) + _table("OUTPUTS", outputs)


def _reachable(model: ServiceModel, roots: Sequence[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(ref.shape for ref in _refs(model.shapes[name]))
    return found


def _refs(shape: Shape) -> Iterator[Ref]:
    yield from shape.members.values()
    for ref in (shape.member, shape.key, shape.value):
        if ref is not None:
            yield ref


def _definition(model: ServiceModel, name: str) -> str:
    shape = model.shapes[name]
    if shape.type == "structure":
        return _struct(model, name, shape)
    if shape.enum:
        first, *others = map(_quoted, shape.enum)
        values = "".join(f"    {value},\n" for value in (first, *others))
        listed = f"[\n{values}]" if others else f"[{first}]"
        return f"\n\n{_type_name(name)}: TypeAlias = Literal{listed}\n"
    return ""


def _struct(model: ServiceModel, name: str, shape: Shape) -> str:
    lines = [f"\n\nclass {name}(Shape, frozen=True, kw_only=True):\n"]
    lines += [_field(model, wire, ref, required=wire in shape.required) for wire, ref in shape.members.items()]
    return "".join(lines) if shape.members else lines[0] + "    pass\n"


def _field(model: ServiceModel, wire: str, ref: Ref, *, required: bool) -> str:
    attribute = _attribute(wire)
    kind = _annotation(model, ref.shape)
    renamed = f"name={_quoted(wire)}" if _camel(attribute) != wire else ""
    if required:
        return f"    {attribute}: {kind}" + (f" = msgspec.field({renamed})\n" if renamed else "\n")
    line = f"    {attribute}: {kind} | None = "
    if not renamed:
        return f"{line}None\n"
    arguments = f"default=None, {renamed}"
    whole = f"{line}msgspec.field({arguments})\n"
    return whole if len(whole) <= _WIDTH + 1 else f"{line}msgspec.field(\n        {arguments}\n    )\n"


def _annotation(model: ServiceModel, name: str) -> str:
    shape = model.shapes[name]
    if shape.type == "list" and shape.member:
        return f"Sequence[{_annotation(model, shape.member.shape)}]"
    if shape.type == "map" and shape.key and shape.value:
        return f"Mapping[{_annotation(model, shape.key.shape)}, {_annotation(model, shape.value.shape)}]"
    return _type_name(name) if shape.type == "structure" or shape.enum else _SIMPLE[shape.type]


def _type_name(name: str) -> str:
    # IAM has enumerations such as statusType.
    return name[0].upper() + name[1:]


def _attribute(wire: str) -> str:
    name = _WORD.sub("_", wire).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def _camel(attribute: str) -> str:
    first, *rest = attribute.split("_")
    return first + "".join(part.title() for part in rest)


def _table(title: str, shapes: Mapping[str, str]) -> str:
    rows = "".join(f"    {_quoted(operation)}: {shape},\n" for operation, shape in shapes.items())
    return f"\n\n{title}: Mapping[str, type[msgspec.Struct]] = {{\n{rows}}}\n"


def _quoted(text: str) -> str:
    return json.dumps(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
