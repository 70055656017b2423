"""How requests name keys of KMS: by id, ARN, alias or the ARN of an alias.

Source: KMS Developer Guide, "Key identifiers (KeyId)". The messages are KMS's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.errors import InvalidAliasName, InvalidArn, KeyNotFound, ReservedAlias, ValidationFailed

ALIAS = "alias/"
RESERVED = "alias/aws/"
"""What the aliases begin with that services make for their own keys."""
ECR_ALIAS = "alias/aws/ecr"

_KEY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ARN = re.compile(r"arn:aws:kms:([a-z0-9-]+):(\d{12}):(key|alias)/(.+)", re.ASCII | re.DOTALL)
_ALIAS_NAME = re.compile(r"[A-Za-z0-9/_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyName:
    """What a request calls a key. `name` is the key's id, or where `is_alias` the alias's whole name (`alias/...`)."""

    account: str
    region: str
    name: str
    is_alias: bool

    @property
    def arn(self) -> str:
        """The ARN of the key or alias."""
        return f"arn:aws:kms:{self.region}:{self.account}:{'' if self.is_alias else 'key/'}{self.name}"


def parse_key_name(text: str, account: str, region: str) -> KeyName:
    """The key that a request to `region` by a principal of `account` names. Raises InvalidArn and KeyNotFound.

    Another account's keys have to be named by ARN, and another Region's cannot be.
    """
    if text.startswith("arn:"):
        match = _ARN.fullmatch(text)
        if match is None:
            raise InvalidArn(f"Invalid arn {text}")
        if match[1] != region:
            raise KeyNotFound(f"Invalid arn {match[1]}")
        if match[3] == "key" and not _KEY_ID.fullmatch(match[4]):
            raise KeyNotFound(f"Invalid keyId '{match[4]}'")
        is_alias = match[3] == "alias"
        return KeyName(match[2], region, f"{ALIAS}{match[4]}" if is_alias else match[4], is_alias)
    if text.startswith(ALIAS):
        return KeyName(account, region, text, is_alias=True)
    if not _KEY_ID.fullmatch(text):
        raise KeyNotFound(f"Invalid keyId '{text}'")
    return KeyName(account, region, text, is_alias=False)


def check_alias_name(name: str) -> None:
    """Raises ValidationFailed, InvalidAliasName or ReservedAlias for what no alias of a customer can be called."""
    if not name.startswith(ALIAS) or name == ALIAS:
        raise ValidationFailed(f"Invalid identifier: an alias begins with '{ALIAS}' and has a name behind it")
    if not _ALIAS_NAME.fullmatch(name):
        raise InvalidAliasName(f"{name} contains invalid characters for an alias")
    if name.startswith(RESERVED):
        raise ReservedAlias(f"Aliases that begin with '{RESERVED}' are reserved for services")
