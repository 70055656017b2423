"""Who sees which repositories, and that nobody learns of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, document, grant

REGION = "eu-central-1"
NAMES = [f"team-{letter}/{app}" for letter in "abc" for app in ("api", "web")]
LOGIN = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
Fresh = Callable[[str], str]


@pytest.fixture(scope="module")
def region(guarded: Guarded) -> Iterator[Any]:
    """A boto3 client of a Region that has NAMES and nothing else."""
    ecr = guarded.server.boto3("ecr", region=REGION)
    for name in NAMES:
        ecr.create_repository(repositoryName=name)
    return ecr


def catalog(guarded: Guarded, keys: Any, account: str = HOME, query: str = "") -> Any:
    oci = guarded.oci()
    oci.host = f"{account}.dkr.ecr.{REGION}.example.com"
    oci.password = guarded.server.password(region=REGION, keys=keys)
    return oci.request("GET", f"/v2/_catalog{query}")


def sees(arn: str, effect: str = "Allow") -> dict[str, str]:
    return {"Effect": effect, "Action": "ecr:DescribeRepositories", "Resource": arn}


def arn(name: str) -> str:
    return f"arn:aws:ecr:{REGION}:{HOME}:repository/{name}"


def test_the_catalog_has_what_one_may_describe(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    del region
    keys = guarded.people.user(HOME, fresh("user"), document(LOGIN, sees(arn("team-b/*")), sees(arn("team-a/web"))))
    wanted = ["team-a/web", "team-b/api", "team-b/web"]
    assert catalog(guarded, keys).expect(200).json() == {"repositories": wanted}
    first = catalog(guarded, keys, query="?n=2").expect(200)
    assert first.json() == {"repositories": wanted[:2]}
    assert first.headers["link"] == '</v2/_catalog?n=2&last=team-b%2Fapi>; rel="next"'
    last = catalog(guarded, keys, query="?n=2&last=team-b/api").expect(200)
    assert (last.json(), "link" in last.headers) == ({"repositories": wanted[2:]}, False)


def test_a_deny_hides_from_someone_who_may_see_all(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    del region
    keys = guarded.people.user(HOME, fresh("user"), document(LOGIN, sees("*"), sees(arn("team-c/*"), "Deny")))
    assert catalog(guarded, keys).expect(200).json() == {"repositories": NAMES[:4]}


def test_who_may_see_none_is_denied_whether_there_are_any_or_not(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    del region
    keys = guarded.people.user(HOME, fresh("user"), document(LOGIN))
    full, empty = catalog(guarded, keys), catalog(guarded, keys, account=OTHER)
    assert (full.status, full.codes) == (empty.status, empty.codes) == (403, ["DENIED"])


def test_a_repository_policy_shows_it_to_another_account(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    keys = guarded.people.user(OTHER, fresh("user"), document(LOGIN, sees("*")))
    assert catalog(guarded, keys).status == 403
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"ecr:Desc*"}]}'
    region.set_repository_policy(repositoryName="team-a/api", policyText=text % OTHER)
    settled(lambda: catalog(guarded, keys).status == 200, in_a_row=4)
    assert catalog(guarded, keys).json() == {"repositories": ["team-a/api"]}
    region.delete_repository_policy(repositoryName="team-a/api")


def test_describe_repositories_without_names_is_all_or_nothing(guarded: Guarded, fresh: Fresh, region: Any) -> None:
    del region
    some = guarded.people.user(HOME, fresh("user"), document(sees(arn("team-b/*"))))
    ecr = guarded.server.boto3("ecr", region=REGION, keys=some)
    with pytest.raises(
        ClientError, match=r"ecr:DescribeRepositories on resource: arn:aws:ecr:.*:repository/\* because"
    ):
        ecr.describe_repositories()
    found = ecr.describe_repositories(repositoryNames=["team-b/web"])["repositories"]
    assert [each["repositoryName"] for each in found] == ["team-b/web"]
    with pytest.raises(ClientError, match="AccessDenied"):
        ecr.describe_repositories(repositoryNames=["team-b/web", "team-a/web"])
    everything = guarded.people.user(HOME, fresh("user"), document(sees("*")))
    ecr = guarded.server.boto3("ecr", region=REGION, keys=everything)
    assert len(ecr.describe_repositories()["repositories"]) == len(NAMES)


def test_whether_a_repository_exists_is_nobodys_business(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    """The same answer, word for word but for the name, to a user without rights, at both doors."""
    keys = guarded.people.user(HOME, fresh("user"), document(LOGIN))
    stranger = guarded.people.user(OTHER, fresh("user"), allow("ecr:*"))
    absent = f"{repository}-absent"
    for who in (keys, stranger):
        oci, ecr = guarded.oci(who), guarded.ecr(who)
        for method, path in (
            ("GET", "manifests/v1"),
            ("PUT", "manifests/v1"),
            ("DELETE", "manifests/v1"),
            ("POST", "blobs/uploads/"),
            ("GET", "blobs/uploads/0"),
            ("GET", "tags/list"),
            ("GET", f"referrers/sha256:{'0' * 64}"),
            ("HEAD", f"blobs/sha256:{'0' * 64}"),
        ):
            there, not_there = (oci.request(method, f"/v2/{name}/{path}") for name in (repository, absent))
            assert there.status == not_there.status == 403
            assert there.body == not_there.body.replace(absent.encode(), repository.encode())
        for call, more in (
            (ecr.get_repository_policy, {}),
            (ecr.delete_repository, {}),
            (ecr.set_repository_policy, {"policyText": "not a policy"}),
            (ecr.describe_images, {}),
            (ecr.put_image, {"imageManifest": "{}"}),
        ):
            told = [_refusal(call, name, **more) for name in (repository, absent)]
            assert told[0] == told[1].replace(absent, repository)


def test_a_mount_needs_rights_on_the_source(guarded: Guarded, fresh: Fresh, repository: str) -> None:
    guarded.root.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    root = guarded.oci(guarded.server.keys)
    digest = root.push_blob(repository, b"a layer to mount")
    target = fresh("repository")
    guarded.root.create_repository(repositoryName=target)
    push = {"Effect": "Allow", "Action": "ecr:*", "Resource": f"arn:aws:ecr:us-east-1:{HOME}:repository/{target}"}
    keys = guarded.people.user(HOME, name := fresh("user"), document(LOGIN, push))
    path = f"/v2/{target}/blobs/uploads/?mount={digest}&from={repository}"
    answer = guarded.oci(keys).request("POST", path)
    assert answer.status in {202, 403}
    assert guarded.oci(keys).head_blob(target, digest).status == 404
    source = grant({"AWS": f"arn:aws:iam::{HOME}:user/{name}"}, "ecr:GetDownloadUrlForLayer")
    guarded.set_policy(repository, source)
    settled(lambda: guarded.oci(keys).request("POST", path).status == 201, in_a_row=2)


def _refusal(call: Callable[..., Any], name: str, **more: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(registryId=HOME, repositoryName=name, **more)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return caught.value.response["Error"]["Message"]
