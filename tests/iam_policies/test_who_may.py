"""Every operation asks for its action first, and tells a stranger nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.aws.dispatch import handlers_of
from entrepot.aws.iam import (
    account,
    attachments,
    inline_policies,
    oidc,
    policies,
    policy_versions,
    roles,
    simulate,
)
from tests.iam_policies.conftest import EVERYONE, PULL, Refused, document
from tests.support.server import Keys, Server

POLICY = "arn:aws:iam::123456789012:policy/there-or-not"
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/there.or.not"
OF_POLICY = {"PolicyArn": POLICY}
OF_PROVIDER = {"OpenIDConnectProviderArn": PROVIDER}
TAGS = [{"Key": "a", "Value": "b"}]

CALLS: dict[str, dict[str, Any]] = {
    "create_policy": {"PolicyName": "x", "PolicyDocument": "{}"},
    "get_policy": OF_POLICY,
    "list_policies": {},
    "delete_policy": OF_POLICY,
    "create_policy_version": {**OF_POLICY, "PolicyDocument": "{}"},
    "get_policy_version": {**OF_POLICY, "VersionId": "v1"},
    "list_policy_versions": OF_POLICY,
    "set_default_policy_version": {**OF_POLICY, "VersionId": "v1"},
    "delete_policy_version": {**OF_POLICY, "VersionId": "v1"},
    "tag_policy": {**OF_POLICY, "Tags": TAGS},
    "untag_policy": {**OF_POLICY, "TagKeys": ["a"]},
    "list_policy_tags": OF_POLICY,
    "list_entities_for_policy": OF_POLICY,
    "create_role": {"RoleName": "r", "AssumeRolePolicyDocument": EVERYONE},
    "get_role": {"RoleName": "r"},
    "list_roles": {},
    "update_role": {"RoleName": "r"},
    "update_role_description": {"RoleName": "r", "Description": "d"},
    "update_assume_role_policy": {"RoleName": "r", "PolicyDocument": EVERYONE},
    "delete_role": {"RoleName": "r"},
    "create_open_id_connect_provider": {"Url": "https://there.or.not"},
    "get_open_id_connect_provider": OF_PROVIDER,
    "list_open_id_connect_providers": {},
    "delete_open_id_connect_provider": OF_PROVIDER,
    "add_client_id_to_open_id_connect_provider": {**OF_PROVIDER, "ClientID": "a"},
    "remove_client_id_from_open_id_connect_provider": {**OF_PROVIDER, "ClientID": "a"},
    "update_open_id_connect_provider_thumbprint": {**OF_PROVIDER, "ThumbprintList": ["a" * 40]},
    "tag_open_id_connect_provider": {**OF_PROVIDER, "Tags": TAGS},
    "untag_open_id_connect_provider": {**OF_PROVIDER, "TagKeys": ["a"]},
    "list_open_id_connect_provider_tags": OF_PROVIDER,
    "get_account_authorization_details": {},
    "get_account_summary": {},
    "simulate_principal_policy": {
        "PolicySourceArn": "arn:aws:iam::123456789012:user/there-or-not",
        "ActionNames": ["ecr:PutImage"],
    },
    "simulate_custom_policy": {"PolicyInputList": [PULL], "ActionNames": ["ecr:PutImage"]},
    **{
        f"{verb}_{kind}_permissions_boundary": {f"{kind.title()}Name": "x", **more}
        for kind in ("user", "role")
        for verb, more in (("put", {"PermissionsBoundary": POLICY}), ("delete", {}))
    },
    **{
        f"{verb}_{kind}_{noun}": {f"{kind.title()}Name": "x", **more}
        for kind in ("user", "group", "role")
        for verb, noun, more in (
            ("put", "policy", {"PolicyName": "p", "PolicyDocument": PULL}),
            ("get", "policy", {"PolicyName": "p"}),
            ("delete", "policy", {"PolicyName": "p"}),
            ("list", "policies", {}),
            ("attach", "policy", OF_POLICY),
            ("detach", "policy", OF_POLICY),
        )
    },
    **{f"list_attached_{kind}_policies": {f"{kind.title()}Name": "x"} for kind in ("user", "group", "role")},
}


@pytest.fixture
def stranger(server: Server, iam: Any, user: str) -> Any:
    """A client of IAM, as `user`."""
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return server.boto3("iam", keys=Keys(key["AccessKeyId"], key["SecretAccessKey"]))


def test_a_user_without_rights_is_told_so_and_nothing_else(stranger: Any, refused: Refused) -> None:
    for name, arguments in CALLS.items():
        status, code, message = refused(getattr(stranger, name), **arguments)
        assert (status, code) == (403, "AccessDenied"), name
        action = stranger.meta.method_to_api_mapping[name]
        assert f"is not authorized to perform: iam:{action} on resource: " in message, name


def test_the_calls_are_all_that_there_are() -> None:
    modules = (account, attachments, inline_policies, oidc, policies, policy_versions, roles, simulate)
    names = {handler.name.lower() for handler in handlers_of(modules)}
    assert names == {name.replace("_", "") for name in CALLS}


def test_rights_on_a_path_and_with_a_boundary(
    iam: Any, stranger: Any, user: str, policy: str, refused: Refused
) -> None:
    bounded = document(
        "iam:CreateRole",
        resource="arn:aws:iam::123456789012:role/team/*",
        Condition={"StringEquals": {"iam:PermissionsBoundary": policy}},
    )
    iam.put_user_policy(UserName=user, PolicyName="delegate", PolicyDocument=bounded)
    wanted = {"RoleName": f"role-of-{user}", "AssumeRolePolicyDocument": EVERYONE, "Path": "/team/"}
    stranger.create_role(**wanted, PermissionsBoundary=policy)
    assert refused(stranger.create_role, **wanted)[1] == "AccessDenied"
    assert refused(stranger.create_role, **{**wanted, "Path": "/"}, PermissionsBoundary=policy)[1] == "AccessDenied"
    iam.delete_role(RoleName=wanted["RoleName"])
