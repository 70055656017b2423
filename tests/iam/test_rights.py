"""Who may call IAM: nobody without a policy, and everyone as far as theirs goes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.support.server import Keys, Server

Refused = Callable[..., tuple[int, str, str]]
ACCOUNT = "123456789012"
NAMED = {"UserName": "someone"}
GROUPED = {"GroupName": "some-group"}
TAGS = [{"Key": "a", "Value": "1"}]
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("create_user", NAMED, f"arn:aws:iam::{ACCOUNT}:user/someone"),
    ("get_user", NAMED, "user someone"),
    ("list_users", {"PathPrefix": "/a/"}, f"arn:aws:iam::{ACCOUNT}:user/a/"),
    ("update_user", NAMED, "user someone"),
    ("delete_user", NAMED, "user someone"),
    ("create_group", GROUPED, f"arn:aws:iam::{ACCOUNT}:group/some-group"),
    ("get_group", GROUPED, "group some-group"),
    ("list_groups", {}, f"arn:aws:iam::{ACCOUNT}:group/"),
    ("update_group", GROUPED, "group some-group"),
    ("delete_group", GROUPED, "group some-group"),
    ("add_user_to_group", GROUPED | NAMED, "group some-group"),
    ("remove_user_from_group", GROUPED | NAMED, "group some-group"),
    ("list_groups_for_user", NAMED, "user someone"),
    ("create_access_key", NAMED, "user someone"),
    ("list_access_keys", NAMED, "user someone"),
    ("update_access_key", NAMED | {"AccessKeyId": "A" * 20, "Status": "Active"}, "user someone"),
    ("delete_access_key", NAMED | {"AccessKeyId": "A" * 20}, "user someone"),
    ("tag_user", NAMED | {"Tags": TAGS}, "user someone"),
    ("untag_user", NAMED | {"TagKeys": ["a"]}, "user someone"),
    ("list_user_tags", NAMED, "user someone"),
    ("tag_role", {"RoleName": "some-role", "Tags": TAGS}, "role some-role"),
    ("untag_role", {"RoleName": "some-role", "TagKeys": ["a"]}, "role some-role"),
    ("list_role_tags", {"RoleName": "some-role"}, "role some-role"),
]


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def soon(call: Callable[[], Any]) -> Any:
    """What a call answers once a policy that was just saved counts: within a second, in every process."""
    deadline = time.monotonic() + 1
    while True:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied" or time.monotonic() > deadline:
                raise


def test_without_a_policy_nothing_is_allowed_and_nothing_told(
    iam: Any, server: Server, user: str, keys: Keys, refused: Refused
) -> None:
    client = server.boto3("iam", keys=keys)
    arn = iam.get_user(UserName=user)["User"]["Arn"]
    for name, given, resource in CALLS:
        action = "iam:" + "".join(part.title() for part in name.split("_"))
        denied = f"User: {arn} is not authorized to perform: {action} on resource: {resource} "
        because = f"because no identity-based policy allows the {action} action"
        assert refused(getattr(client, name), **given) == (403, "AccessDenied", denied + because)


def test_a_denial_does_not_tell_who_there_is(
    iam: Any, server: Server, keys: Keys, new_identity: Any, refused: Refused
) -> None:
    there, client = new_identity(), server.boto3("iam", keys=keys)
    iam.create_user(UserName=there, Path="/hidden/")
    told = [refused(client.get_user, UserName=name)[2].replace(name, "NAME") for name in (there, "never-made")]
    assert told[0] == told[1]
    iam.delete_user(UserName=there)


def test_a_user_who_manages_their_own_keys(iam: Any, server: Server, user: str, keys: Keys, refused: Refused) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    document = allow("iam:*AccessKey*", "iam:GetUser", resource=own)
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)
    client = server.boto3("iam", keys=keys)
    assert soon(client.get_user)["User"]["UserName"] == user
    second = soon(client.create_access_key)["AccessKey"]
    assert second["UserName"] == user
    assert len(client.list_access_keys()["AccessKeyMetadata"]) == 2
    client.update_access_key(AccessKeyId=second["AccessKeyId"], Status="Inactive")
    client.delete_access_key(AccessKeyId=second["AccessKeyId"])
    assert refused(client.create_access_key, UserName="someone")[1] == "AccessDenied"
    iam.delete_user_policy(UserName=user, PolicyName="own")


def test_rights_that_hang_on_a_path_and_on_tags(
    iam: Any, server: Server, user: str, keys: Keys, new_identity: Any, refused: Refused
) -> None:
    tagged = {"StringEquals": {"aws:RequestTag/Team": "blue"}}
    changing = {"Condition": {"StringEquals": {"aws:ResourceTag/Team": "blue"}}}
    policies = {
        "create": allow(
            "iam:CreateUser", "iam:TagUser", resource=f"arn:aws:iam::{ACCOUNT}:user/blue/*", Condition=tagged
        ),
        "change": allow("iam:UpdateUser", "iam:DeleteUser", resource=f"arn:aws:iam::{ACCOUNT}:user/blue/*", **changing),
    }
    for name, document in policies.items():
        iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)
    client, name = server.boto3("iam", keys=keys), new_identity()
    blue = [{"Key": "Team", "Value": "blue"}]
    soon(lambda: client.create_user(UserName=name, Path="/blue/", Tags=blue))
    assert refused(client.create_user, UserName="x", Path="/blue/")[1] == "AccessDenied"
    assert refused(client.create_user, UserName="x", Path="/red/", Tags=blue)[1] == "AccessDenied"
    status, code, message = refused(client.update_user, UserName=name, NewPath="/red/")
    assert (status, code) == (403, "AccessDenied")
    assert f"arn:aws:iam::{ACCOUNT}:user/red/{name}" in message
    iam.tag_user(UserName=name, Tags=[{"Key": "team", "Value": "red"}])
    assert refused(client.delete_user, UserName=name)[1] == "AccessDenied", "tags are read with each request"
    iam.delete_user(UserName=name)
    for policy in policies:
        iam.delete_user_policy(UserName=user, PolicyName=policy)


def test_a_role_is_no_user(
    iam: Any, server: Server, user: str, keys: Keys, new_identity: Any, refused: Refused
) -> None:
    role = new_identity()
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=allow("iam:*"))
    iam.put_user_policy(UserName=user, PolicyName="assume", PolicyDocument=allow("sts:AssumeRole"))
    signed, arn = server.boto3("sts", keys=keys), f"arn:aws:iam::{ACCOUNT}:role/{role}"
    session = soon(lambda: signed.assume_role(RoleArn=arn, RoleSessionName="session"))["Credentials"]
    client = boto3.Session().client(
        "iam",
        endpoint_url=server.url,
        region_name=server.region,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    soon(client.list_users)
    wrong = (400, "ValidationError", "Must specify userName when calling with non-User credentials")
    for call in (client.get_user, client.create_access_key, client.list_access_keys):
        assert refused(call) == wrong
    iam.delete_role_policy(RoleName=role, PolicyName="all")
    iam.delete_role(RoleName=role)
    iam.delete_user_policy(UserName=user, PolicyName="assume")


def test_what_this_release_has_not_is_refused(iam: Any, refused: Refused) -> None:
    code = refused(iam.create_login_profile, UserName="someone", Password="a long password")[1]
    assert code == "UnsupportedCommandException"
