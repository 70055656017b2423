"""ECR's account settings, one value a registry."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context, Registry
from entrepot.errors import ValidationFailed
from entrepot.meta import access_versions, registry_settings
from entrepot.services.access import authorize

BLOB_MOUNTING = "BLOB_MOUNTING"
REGISTRY_POLICY_SCOPE = "REGISTRY_POLICY_SCOPE"

# The default first. ECR's blob mounting is opt-in: https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html
# The registry policy is about every action in V2, the scope of new accounts, and about three of them in V1:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
_VALUES = {BLOB_MOUNTING: ("DISABLED", "ENABLED"), REGISTRY_POLICY_SCOPE: ("V2", "V1")}


def mounting_enabled(connection: Connection, registry: Registry) -> bool:
    """Whether a layer of one repository may be mounted in another."""
    return registry_settings.find_setting(connection, registry, BLOB_MOUNTING) == "ENABLED"


async def get(app: App, ctx: Context, name: str) -> str:
    """The value of a setting in the caller's registry. Raises ValidationFailed for a name that is not one."""
    await authorize(app, ctx, "ecr:GetAccountSetting", ctx.registry, {"ecr:AccountSetting": name})
    values = _values_of(name)
    return await app.db.read(registry_settings.find_setting, ctx.registry, name) or values[0]


async def put(app: App, ctx: Context, name: str, value: str) -> None:
    """Sets a value, in force from the next request on. Raises ValidationFailed."""
    await authorize(app, ctx, "ecr:PutAccountSetting", ctx.registry, {"ecr:AccountSetting": name})
    values = _values_of(name)
    if value not in values:
        raise ValidationFailed(
            f"'{value}' is not a value of the account setting '{name}': use one of {', '.join(values)}"
        )

    def put_txn(connection: Connection) -> None:
        registry_settings.put_setting(connection, ctx.registry, name, value)
        access_versions.raise_version(connection, ctx.registry.account)

    await app.db.write(put_txn)


def _values_of(name: str) -> tuple[str, ...]:
    if name not in _VALUES:
        raise ValidationFailed(f"The account setting '{name}' is not available: use one of {', '.join(_VALUES)}")
    return _VALUES[name]
