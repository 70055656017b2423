"""Policies of keys: the first word on who may do what to them, for an account's root as well."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from entrepot.context import App, Context, KmsKeyRef
from entrepot.errors import KeyNotFound, LimitExceeded, PolicyInvalid, ValidationFailed
from entrepot.meta import kms_aliases, kms_keys
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.rules.iam.decision import NamedPolicy
from entrepot.rules.iam.document import Policy, parse_policy
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_conditions import check_conditions, keys_of_key
from entrepot.rules.kms_keys import LONGEST_POLICY
from entrepot.services import policy_findings
from entrepot.services.access import allowed_under
from entrepot.services.access_context import mentions
from entrepot.services.access_policies import OfResource
from entrepot.services.bound_principals import bind, unbind
from entrepot.services.kms.lookup import authorized, changed, key_named

NAME = "default"
"""What the one policy of a key is called."""


def default_policy(account: str) -> str:
    """The policy of a key that is created without one: it leaves everything to the account's own policies.

    Source: KMS Developer Guide, "Default key policy".
    """
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


async def get(app: App, ctx: Context, key: str, name: str) -> str:
    """A key's policy, as it was set, but for who is gone or renamed. Raises KeyNotFound."""
    row = await authorized(app, ctx, "kms:GetKeyPolicy", key_named(ctx, key, aliases=False))
    if name != NAME:
        raise KeyNotFound("No such policy exists")
    return (await app.db.read(unbind, [row.policy]))[0]


async def names(app: App, ctx: Context, key: str) -> list[str]:
    """What the policies of a key are called."""
    await authorized(app, ctx, "kms:ListKeyPolicies", key_named(ctx, key, aliases=False))
    return [NAME]


async def put(app: App, ctx: Context, key: str, name: str, text: str, *, bypass: bool) -> None:
    """Sets a key's policy. Raises PolicyInvalid, also where it would lock the caller out, unless they `bypass` that."""
    keys = {"kms:BypassPolicyLockoutSafetyCheck": "true" if bypass else "false"}
    row = await authorized(app, ctx, "kms:PutKeyPolicy", key_named(ctx, key, aliases=False), keys)
    if name != NAME:
        raise ValidationFailed(f"The only policy of a key that can be set is '{NAME}'")
    aliases = await app.db.read(kms_aliases.names_of_key, row.id)
    await check(app, ctx, row.ref, text, bypass=bypass, tags=row.tags, aliases=aliases)

    def put_in(connection: Connection, found: KmsKeyRow) -> None:
        kms_keys.set_policy(connection, found.id, bind(connection, text))

    await changed(app, row.ref, put_in)


async def check(
    app: App,
    ctx: Context,
    ref: KmsKeyRef,
    text: str,
    *,
    bypass: bool,
    tags: Mapping[str, str],
    aliases: Iterable[str] = (),
) -> None:
    """What a policy of a key with these tags and aliases has to be. Raises PolicyInvalid, LimitExceeded.

    Without `bypass`, whoever is about to set it must be allowed to set another one afterwards.
    """
    if len(text.encode()) > LONGEST_POLICY:
        raise LimitExceeded(f"A key policy has at most {LONGEST_POLICY} bytes")
    policy = parse_policy(text, "key")
    check_conditions(policy)
    await app.db.read(bind, text)
    if findings := policy_findings.report(app, ctx, policy, ref.arn):
        raise PolicyInvalid(findings)
    if not bypass and not await _may_set_another(app, ctx, ref, policy, keys_of_key(tags, aliases)):
        raise PolicyInvalid("The new key policy will not allow you to update the key policy in the future.")


async def _may_set_another(
    app: App, ctx: Context, ref: KmsKeyRef, policy: Policy, keys: tuple[tuple[str, Value], ...]
) -> bool:
    after = NamedPolicy(ref.key_id, policy, "key")
    what = OfResource(0, after, mentioned=mentions((after,)), keys=keys)
    return await allowed_under(app, ctx, "kms:PutKeyPolicy", ref, what, {"kms:BypassPolicyLockoutSafetyCheck": "false"})
