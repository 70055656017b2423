"""Bearer tokens at /v2/: what docker gets for a password, or for nothing where a pull is open to everyone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.access.conftest import HOME, OTHER, REGION, Guarded
from tests.access.eventually import settled
from tests.access.people import allow, grant
from tests.oci.checked import Checked
from tests.support.images import tiny_image
from tests.support.oci import Answer
from tests.support.server import Keys

IMAGE = tiny_image("bearer")
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
TOKEN = "/v2/_token"
LOGIN = f"Log in with: aws ecr get-login-password --region {REGION} | docker login --username AWS --password-stdin"


@dataclass(frozen=True, slots=True)
class Door:
    """The registry of an account, at its own host name."""

    guarded: Guarded
    account: str = HOME
    region: str = REGION

    @property
    def host(self) -> str:
        return f"{self.account}.dkr.ecr.{self.region}.example.com"

    def ask(self, path: str, authorization: str = "", method: str = "GET", body: bytes | None = None) -> Answer:
        headers = {"Authorization": authorization} if authorization else {}
        oci = Checked(self.guarded.server.url, host=self.host)
        return oci.request(method, path, headers=headers, body=body)

    def challenge(self, path: str = "/v2/", authorization: str = "", **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": authorization} if authorization else {}
        oci = Checked(self.guarded.server.url, host=self.host)
        return oci.request("GET", path, headers={**named, **given}).expect(401).headers["www-authenticate"]

    def token(self, authorization: str = "", query: str = "") -> str:
        return "Bearer " + self.ask(TOKEN + query, authorization).expect(200).json()["token"]

    def basic(self, keys: Keys) -> str:
        return basic(self.guarded.server.password(keys=keys, region=self.region))


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()


def told(answer: Answer) -> str:
    return answer.json()["errors"][0]["message"]


@pytest.fixture(scope="module")
def home(guarded: Guarded) -> Door:
    return Door(guarded)


@pytest.fixture(scope="module")
def public(guarded: Guarded, home: Door) -> str:
    """A repository that everyone may pull from."""
    name = "bearer/public"
    guarded.root.create_repository(repositoryName=name)
    guarded.oci(guarded.server.keys).push_image(name, IMAGE, "v1")
    guarded.set_policy(name, grant("*", *PULL))
    settled(lambda: home.challenge().startswith("Bearer "))
    return name


@pytest.fixture(scope="module")
def root(guarded: Guarded, home: Door) -> str:
    """The first account's root's Authorization."""
    return home.basic(guarded.server.keys)


@pytest.fixture
def closed(guarded: Guarded) -> Iterator[tuple[Door, Callable[[object], None]]]:
    """A registry where nothing is open, and how a repository of it gets a policy; None takes it away again."""
    region, name = "eu-west-3", "only"
    ecr = guarded.server.boto3("ecr", region=region)
    ecr.create_repository(repositoryName=name)

    def set_policy(policy: object) -> None:
        if policy is None:
            ecr.delete_repository_policy(repositoryName=name)
        else:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            ecr.set_repository_policy(repositoryName=name, policyText=text)

    yield Door(guarded, region=region), set_policy
    ecr.delete_repository(repositoryName=name)


ESCAPED = json.dumps(grant("*", *PULL)).replace('"*"', '"\\u002a"')


@pytest.mark.alone
@pytest.mark.parametrize(
    "policy",
    [grant("*", *PULL), grant({"AWS": ["*", HOME]}, "ecr:Batch*"), grant("*", PULL[1]), ESCAPED],
)
def test_the_challenge_changes_where_a_pull_is_open(
    guarded: Guarded, closed: tuple[Door, Callable[[object], None]], policy: object
) -> None:
    door, set_policy = closed
    ours = f'Basic realm="http://{door.host}/",service="ecr.amazonaws.com"'
    assert door.challenge() == ours
    set_policy(policy)
    took = settled(lambda: door.challenge() != ours)
    assert took < 1.0
    assert door.challenge() == f'Bearer realm="http://{door.host}{TOKEN}",service="ecr.amazonaws.com"'
    assert door.challenge("/v2/absent/manifests/v1") == door.challenge()
    for other in (Door(guarded, OTHER, door.region), Door(guarded, HOME, "eu-west-2")):
        assert other.challenge().startswith("Basic ")
    set_policy(None)
    settled(lambda: door.challenge() == ours)


@pytest.mark.parametrize(
    "policy",
    [
        grant({"AWS": HOME}, "ecr:*"),
        grant("*", *PULL, effect="Deny"),
        grant("*", "ecr:ListImages", "ecr:DescribeImages"),
    ],
)
def test_other_policies_leave_it_alone(closed: tuple[Door, Callable[[object], None]], policy: object) -> None:
    door, set_policy = closed
    set_policy(grant("*", *PULL))
    settled(lambda: door.challenge().startswith("Bearer "))
    set_policy(policy)
    settled(lambda: door.challenge().startswith("Basic "))


def test_nobodys_token_is_good_for_open_pulls_and_nothing_else(home: Door, public: str) -> None:
    token = home.token(query=f"?service=ecr.amazonaws.com&scope=repository:{public}:pull")
    assert home.ask(f"/v2/{public}/manifests/v1", token).expect(200).body == IMAGE.manifest
    layer = IMAGE.document["layers"][0]["digest"]
    assert home.ask(f"/v2/{public}/blobs/{layer}", token).status == 200
    for method, path in (
        ("GET", "/v2/"),
        ("GET", "/v2/_catalog"),
        ("GET", f"/v2/{public}/tags/list"),
        ("POST", f"/v2/{public}/blobs/uploads/"),
        ("PUT", f"/v2/{public}/manifests/v2"),
        ("DELETE", f"/v2/{public}/manifests/v1"),
        ("GET", f"/v2/{public}-not/manifests/v1"),
    ):
        answer = home.ask(path, token, method).expect(401)
        assert told(answer) == f"Not Authorized. {LOGIN} {home.host}"
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_nobodys_token_at_the_deployments_own_host(guarded: Guarded, public: str) -> None:
    oci = Checked(guarded.server.url)
    challenge = oci.request("GET", "/v2/").expect(401).headers["www-authenticate"]
    assert challenge.startswith(f'Bearer realm="{guarded.server.url}{TOKEN}"')
    token = oci.request("GET", TOKEN).expect(200).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert oci.request("GET", f"/v2/{public}/manifests/v1", headers=headers).status == 200


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["repository:{}:pull"], 200),
        (["repository:{}:pull repository:{}-not:pull"], 200),
        (["repository:{}-not:pull", "repository:{}:pull"], 200),
        (["repository:{}-not:pull"], 401),
        (["repository:bearer/private:pull"], 401),
        (["repository:{}:pull,push"], 401),
        (["repository:{}:pull", "repository:{}:push"], 401),
        (["repository:{}:delete"], 401),
        (["registry:catalog:*"], 401),
        (["repository:"], 401),
        (["{}"], 401),
    ],
)
def test_who_needs_a_login_is_told_so_where_docker_prints_it(
    guarded: Guarded, home: Door, public: str, scopes: list[str], status: int
) -> None:
    query = urlencode({"scope": [each.replace("{}", public) for each in scopes]}, doseq=True)
    answer = home.ask(f"{TOKEN}?{query}").expect(status)
    if status != 200:
        assert told(answer) == f"Not Authorized. {LOGIN} {home.host}"
        assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert home.ask(f"{TOKEN}?{query}", home.basic(guarded.server.keys)).status == 200


def test_a_token_for_a_password(home: Door, root: str, fresh: Callable[[str], str]) -> None:
    before = datetime.now(UTC)
    answer = home.ask(f"{TOKEN}?account=AWS&service=x&scope=repository:any:pull", root).expect(200)
    given = answer.json()
    assert set(given) == {"token", "access_token", "expires_in", "issued_at"}
    assert given["token"] == given["access_token"]
    assert 60 <= given["expires_in"] <= 300
    assert abs(datetime.fromisoformat(given["issued_at"]) - before) < timedelta(seconds=10)
    assert answer.headers["cache-control"] == "no-store"
    token, name = f"Bearer {given['token']}", fresh("repository")
    assert home.ask("/v2/", token).json() == {}
    home.guarded.root.create_repository(repositoryName=name)
    assert home.ask(f"/v2/{name}/blobs/uploads/", token, "POST").status == 202
    assert home.ask("/v2/", token.replace("Bearer", "bEARER")).status == 200


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_neither_stands_for_the_other(home: Door, root: str, scheme: str) -> None:
    password = base64.b64decode(root.partition(" ")[2]).decode().partition(":")[2]
    token = home.token(root).partition(" ")[2]
    wrong = {"Basic": basic(token), "Bearer": f"Bearer {password}"}[scheme]
    assert home.ask("/v2/", wrong).status == 401
    assert home.ask(TOKEN, wrong).status == 401


@pytest.mark.parametrize("wrong", ["Basic", "Basic !!!", basic(""), basic("wrong"), "Bearer x", "Digest x"])
def test_wrong_credentials_get_no_token(home: Door, public: str, wrong: str) -> None:
    answer = home.ask(f"{TOKEN}?scope=repository:{public}:pull", wrong).expect(401)
    assert LOGIN in told(answer)
    assert home.ask(f"/v2/{public}/manifests/v1", wrong).status == 401


@pytest.mark.parametrize("user", ["aws", "root", "", "AWS "])
def test_the_user_is_aws(home: Door, root: str, user: str) -> None:
    password = base64.b64decode(root.partition(" ")[2]).decode().partition(":")[2]
    wrong = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    assert "The user name of this registry is 'AWS'" in told(home.ask(TOKEN, wrong).expect(401))


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def test_a_form_as_oauth2_has_it(home: Door, root: str) -> None:
    password = base64.b64decode(root.partition(" ")[2]).decode().partition(":")[2]
    asked = form(grant_type="password", username="AWS", password=password, client_id="x", service="y", scope="z")
    given = home.ask(TOKEN, method="POST", body=asked).expect(200).json()
    assert home.ask("/v2/", f"Bearer {given['access_token']}").status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (form(grant_type="password", username="AWS", password="wrong"), 401),
        (form(grant_type="password", username="AWS"), 401),
        (form(grant_type="password"), 401),
        (form(grant_type="refresh_token", refresh_token="x"), 400),
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"{}", 400),
        (b"&".join(b"a=1" for _ in range(1000)), 400),
        (b"a" * 100_000, 400),
    ],
)
def test_other_forms(home: Door, root: str, body: bytes, status: int) -> None:
    for authorization in ("", root):
        assert home.ask(TOKEN, authorization, "POST", body).status == status


def test_rights_are_those_of_the_moment(guarded: Guarded, home: Door, fresh: Callable[[str], str], public: str) -> None:
    """A group's rights go with the group, whatever the token was given out for."""
    name, group = fresh("user"), fresh("group")
    keys = guarded.people.user(HOME, name, allow("ecr:GetAuthorizationToken"))
    guarded.people.group(HOME, group, allow("ecr:*"), members=[name])
    settled(lambda: guarded.oci(keys).tags(public).status == 200)
    token = home.token(home.basic(keys), f"?scope=repository:{public}:pull,push,delete")
    path = f"/v2/{public}/blobs/uploads/"
    assert home.ask(path, token, "POST").status == 202
    guarded.people.set_policy(HOME, "group", group, None)
    settled(lambda: home.ask(path, token, "POST").status == 403)
    assert f"user/{name} is not authorized to perform: ecr:InitiateLayerUpload" in told(home.ask(path, token, "POST"))


def test_head_says_it_in_the_challenge(home: Door, public: str) -> None:
    """Its answer has no body for docker to print."""
    answer = home.ask(f"/v2/{public}-not/manifests/v1", home.token(), "HEAD").expect(401)
    assert f'error_description="Not Authorized. {LOGIN} {home.host}"' in answer.headers["www-authenticate"]
    answer = home.ask(f"/v2/{public}/manifests/v1", "Bearer wrong", "HEAD").expect(401)
    assert 'error="invalid_token",error_description="Your author' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("headers", "scheme"), [({}, "http"), ({"X_Forwarded_Proto": "https"}, "https")])
def test_the_realm_behind_a_proxy(home: Door, public: str, headers: Mapping[str, str], scheme: str) -> None:
    assert public
    assert home.challenge(**headers).startswith(f'Bearer realm="{scheme}://{home.host}{TOKEN}"')
