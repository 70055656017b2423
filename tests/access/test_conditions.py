"""Conditions on what a request and its connection are like, at both doors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.access.conftest import HOME, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, document
from tests.support.server import Keys

Fresh = Callable[[str], str]


def may(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return _only(error.response["Error"]["Code"], "AccessDeniedException")
    return True


def _only(code: str, expected: str) -> bool:
    assert code == expected
    return False


def login(guarded: Guarded, fresh: Fresh, action: str, condition: dict[str, Any]) -> Keys:
    """A user who may log in, and do one thing under a condition."""
    statements = (
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition},
    )
    return guarded.people.user(HOME, fresh("user"), document(*statements))


def test_addresses_behind_a_trusted_proxy(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    keys = login(guarded, fresh, "ecr:ListImages", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    oci = guarded.oci(keys)

    def status(*forwarded: str) -> int:
        headers = {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
        return oci.request("GET", f"/v2/{repository}/tags/list", headers=headers).status

    assert status() == 403
    assert status("203.0.113.9") == 200
    assert status("203.0.113.9", "127.0.0.2") == 200
    assert status("203.0.113.9", "198.51.100.1") == 403, "who stands to the left of a stranger is hearsay"
    assert status("198.51.100.1") == 403
    assert status("not-an-address") == 403


def test_transport_agent_and_endpoint(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    for condition, header, good, bad in (
        ({"Bool": {"aws:SecureTransport": "true"}}, "X-Forwarded-Proto", "https", "http"),
        ({"StringLike": {"aws:UserAgent": "containerd/*"}}, "User-Agent", "containerd/2.1", "curl/8"),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "X-Entrepot-Endpoint", "vpce-1", "vpce-2"),
    ):
        keys = login(guarded, fresh, "ecr:ListImages", condition)
        oci = guarded.oci(keys)
        for value, status in ((good, 200), (bad, 403), (good, 200)):
            answer = oci.request("GET", f"/v2/{repository}/tags/list", headers={header: value})
            assert answer.status == status, (header, value)
        assert oci.request("GET", f"/v2/{repository}/tags/list").status == 403


def test_tags_of_the_repository(guarded: Guarded, fresh: Fresh) -> None:
    for prefix in ("aws", "ecr"):
        keys = guarded.people.user(
            HOME,
            fresh("user"),
            allow(
                "ecr:ListImages", Condition={"StringEquals": {f"{prefix}:ResourceTag/team": "${aws:PrincipalTag/team}"}}
            ),
            tags={"team": "blue"},
        )
        ecr, name = guarded.ecr(keys), fresh("repository")
        guarded.root.create_repository(repositoryName=name, tags=[{"Key": "team", "Value": "blue"}])
        listing = {"repositoryName": name}
        settled(lambda ecr=ecr, listing=listing: may(ecr.list_images, **listing), in_a_row=2)
        arn = f"arn:aws:ecr:us-east-1:{HOME}:repository/{name}"
        guarded.root.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "red"}])
        settled(lambda ecr=ecr, listing=listing: not may(ecr.list_images, **listing))
        guarded.root.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "blue"}])
        settled(lambda ecr=ecr, listing=listing: may(ecr.list_images, **listing))
        guarded.root.untag_resource(resourceArn=arn, tagKeys=["team"])
        settled(lambda ecr=ecr, listing=listing: not may(ecr.list_images, **listing))
        assert not may(ecr.list_images, repositoryName=f"{name}-absent")


def test_tags_of_the_request(guarded: Guarded, fresh: Fresh) -> None:
    keys = guarded.people.user(
        HOME,
        fresh("user"),
        document(
            {
                "Effect": "Allow",
                "Action": ["ecr:CreateRepository", "ecr:TagResource", "ecr:UntagResource"],
                "Resource": "*",
                "Condition": {
                    "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]},
                    "StringEqualsIfExists": {"aws:RequestTag/team": "blue"},
                },
            }
        ),
    )
    ecr, name = guarded.ecr(keys), fresh("repository")
    red, blue, other = ([{"Key": k, "Value": v}] for k, v in (("team", "red"), ("team", "blue"), ("other", "x")))
    assert not may(ecr.create_repository, repositoryName=name, tags=red)
    assert not may(ecr.create_repository, repositoryName=name, tags=[*blue, *other])
    assert may(ecr.create_repository, repositoryName=name, tags=blue)
    arn = f"arn:aws:ecr:us-east-1:{HOME}:repository/{name}"
    assert [may(ecr.tag_resource, resourceArn=arn, tags=tags) for tags in (red, blue, other)] == [False, True, False]
    assert not may(ecr.untag_resource, resourceArn=arn, tagKeys=["other"])
    assert may(ecr.untag_resource, resourceArn=arn, tagKeys=["team"])


def test_account_settings_by_name(guarded: Guarded, fresh: Fresh) -> None:
    condition = {"StringEquals": {"ecr:AccountSetting": "BLOB_MOUNTING"}}
    keys = guarded.people.user(HOME, fresh("user"), allow("ecr:*AccountSetting", Condition=condition))
    ecr = guarded.ecr(keys)
    assert may(ecr.get_account_setting, name="BLOB_MOUNTING")
    assert not may(ecr.get_account_setting, name="REGISTRY_POLICY_SCOPE")
    assert not may(ecr.put_account_setting, name="REGISTRY_POLICY_SCOPE", value="V1")


def test_mfa_is_never_there(guarded: Guarded, fresh: Fresh) -> None:
    for operator, expected in (("Bool", False), ("BoolIfExists", True)):
        condition = {operator: {"aws:MultiFactorAuthPresent": "true"}}
        keys = guarded.people.user(HOME, fresh("user"), allow("ecr:DescribeRegistry", Condition=condition))
        assert may(guarded.ecr(keys).describe_registry) is expected
