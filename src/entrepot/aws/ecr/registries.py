"""The registry as a whole."""

from __future__ import annotations

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.context import App, Context
from entrepot.services import account_settings
from entrepot.services.access import authorize


@operation("DescribeRegistry")
async def describe_registry(app: App, ctx: Context, req: s.DescribeRegistryRequest) -> s.DescribeRegistryResponse:
    """The registry's id and its replication, of which this release has none."""
    del req  # it has no members
    await authorize(app, ctx, "ecr:DescribeRegistry", ctx.registry)
    return s.DescribeRegistryResponse(
        registry_id=ctx.registry.account, replication_configuration=s.ReplicationConfiguration(rules=[])
    )


@operation("GetAccountSetting")
async def get_account_setting(app: App, ctx: Context, req: s.GetAccountSettingRequest) -> s.GetAccountSettingResponse:
    """The value of a setting."""
    return s.GetAccountSettingResponse(name=req.name, value=await account_settings.get(app, ctx, req.name))


@operation("PutAccountSetting")
async def put_account_setting(app: App, ctx: Context, req: s.PutAccountSettingRequest) -> s.PutAccountSettingResponse:
    """Sets a value."""
    await account_settings.put(app, ctx, req.name, req.value)
    return s.PutAccountSettingResponse(name=req.name, value=req.value)
