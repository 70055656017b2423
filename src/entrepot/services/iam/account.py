"""An account in numbers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.meta.access_keys import find_key_of_account
from entrepot.meta.iam_policies import count_policies, count_versions
from entrepot.meta.identities import count_identities
from entrepot.meta.oidc_providers import count_providers
from entrepot.rules import iam_limits
from entrepot.services.access import authorize

# What IAM has and Entrepot has none of: there is nothing to count, and no room for any.
_NONE_OF = (
    "ServerCertificates",
    "ServerCertificatesQuota",
    "SigningCertificatesPerUserQuota",
    "MFADevices",
    "MFADevicesInUse",
    "AccountMFAEnabled",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "InstanceProfiles",
    "InstanceProfilesQuota",
)


async def summary(app: App, ctx: Context) -> Mapping[str, int]:
    """GetAccountSummary's numbers and quotas."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:GetAccountSummary", Resource(account, "*"))
    return {**dict.fromkeys(_NONE_OF, 0), **iam_limits.SUMMARY_QUOTAS, **await app.db.read(_counts, account)}


def _counts(connection: Connection, account: str) -> dict[str, int]:
    root = find_key_of_account(connection, account, f"arn:aws:iam::{account}:root")
    return {
        "Users": count_identities(connection, account, "user"),
        "Groups": count_identities(connection, account, "group"),
        "Roles": count_identities(connection, account, "role"),
        "Policies": count_policies(connection, account),
        "PolicyVersionsInUse": count_versions(connection, account),
        "Providers": count_providers(connection, account),
        "AccountAccessKeysPresent": int(root is not None),
    }
