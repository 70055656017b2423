"""Key policies."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.paging import start_of
from entrepot.context import App, Context
from entrepot.services.kms import policies


@operation("GetKeyPolicy")
async def get_key_policy(app: App, ctx: Context, req: s.GetKeyPolicyRequest) -> s.GetKeyPolicyResponse:
    """A key's policy."""
    name = req.policy_name or policies.NAME
    return s.GetKeyPolicyResponse(policy=await policies.get(app, ctx, req.key_id, name), policy_name=name)


@operation("PutKeyPolicy")
async def put_key_policy(app: App, ctx: Context, req: s.PutKeyPolicyRequest) -> None:
    """Sets a key's policy, over the one that is there."""
    bypass = bool(req.bypass_policy_lockout_safety_check)
    await policies.put(app, ctx, req.key_id, req.policy_name or policies.NAME, req.policy, bypass=bypass)


@operation("ListKeyPolicies")
async def list_key_policies(app: App, ctx: Context, req: s.ListKeyPoliciesRequest) -> s.ListKeyPoliciesResponse:
    """The name of a key's policy; there is one, which fits on every page."""
    start_of(ctx, req, "ListKeyPolicies", req.key_id, first="")  # no marker was given out
    return s.ListKeyPoliciesResponse(policy_names=await policies.names(app, ctx, req.key_id), truncated=False)
