"""Which context keys a simulation has to be given."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.context import App, Context
from entrepot.services.iam import simulation


@operation("GetContextKeysForCustomPolicy")
async def get_context_keys_for_custom_policy(
    app: App, ctx: Context, req: s.GetContextKeysForCustomPolicyRequest
) -> s.GetContextKeysForPolicyResponse:
    """The keys that the policies given look at."""
    keys = await simulation.keys_of_custom(app, ctx, req.policy_input_list)
    return s.GetContextKeysForPolicyResponse(context_key_names=keys)


@operation("GetContextKeysForPrincipalPolicy")
async def get_context_keys_for_principal_policy(
    app: App, ctx: Context, req: s.GetContextKeysForPrincipalPolicyRequest
) -> s.GetContextKeysForPolicyResponse:
    """The keys that the policies of a user, group or role look at, and those given."""
    keys = await simulation.keys_of_principal(app, ctx, req.policy_source_arn, req.policy_input_list or ())
    return s.GetContextKeysForPolicyResponse(context_key_names=keys)
