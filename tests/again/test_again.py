"""Answers that are given again are those that the long way would give, whatever changes in between and wherever."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from entrepot.context import Principal, RepositoryRef
from entrepot.errors import StorageUnavailable
from entrepot.meta import tables as t
from entrepot.ports import Current, Name
from entrepot.rules.mutability import TagMutability
from entrepot.rules.rate_limits import Rate, rates_of
from entrepot.services import image_deletion, resource_policies
from entrepot.services import repositories as repository_services
from entrepot.services.access_cache import Lru, ProcessCache
from entrepot.services.encryption import WantedEncryption
from entrepot.services.iam import access_keys, inline_policies, users
from entrepot.services.iam.identity_lookup import identity_of
from entrepot.services.iam.users import UserRequest
from entrepot.services.image_ids import ImageId
from entrepot.services.kms import keys
from entrepot.services.kms.keys import KeyRequest
from entrepot.services.rate_limits import SharedRates
from tests.again.asking import Pair
from tests.gc.world import ACCOUNT, REGISTRY
from tests.support.images import DOCKER_MANIFEST, Image, digest_of, tiny_image

ONE = RepositoryRef(REGISTRY, "one")
IMAGE, ANOTHER = tiny_image(1), tiny_image(2)
TAG = "/v2/one/manifests/latest"
DIGEST = f"/v2/one/manifests/{IMAGE.digest}"
LAYER = IMAGE.blobs[-1]
FRESH = timedelta(seconds=0.6)
"""Longer than a version is believed."""


def blob_path(image: Image) -> str:
    return f"/v2/one/blobs/{digest_of(image.blobs[-1])}"


@pytest.fixture
def pushed(here: Pair) -> Pair:
    here.push("one", IMAGE, "latest")
    return here


def user(here: Pair, name: str, *actions: str, **condition: Any) -> Principal:
    """A user who may do `actions`, and the key that stands for them."""
    ctx = here.as_root()
    with_name = UserRequest(name, "/", None, ())
    here.run(users.create(here.other, ctx, with_name))
    allow(here, name, *actions, **condition)
    return here.principal_of(here.run(access_keys.create(here.other, ctx, name)).access_key_id)


def allow(here: Pair, name: str, *actions: str, **condition: Any) -> None:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"} | condition
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    ctx = here.as_root()
    here.run(inline_policies.put(here.other, ctx, identity_of(ctx, "user", name), "mine", document))


def delete(here: Pair, image_id: ImageId) -> None:
    here.run(image_deletion.delete_one(here.other, here.as_root(), ONE, image_id))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [TAG, DIGEST])
def test_a_manifest(pushed: Pair, method: str, path: str) -> None:
    said = pushed.learn(method, path)
    assert said.status == 200
    assert said.body == (IMAGE.manifest if method == "GET" else b"")
    assert said.headers["docker-content-digest"] == IMAGE.digest
    assert said.headers["content-length"] == str(len(IMAGE.manifest))


def test_whether_a_layer_is_there(pushed: Pair) -> None:
    said = pushed.learn("HEAD", blob_path(IMAGE))
    assert (said.status, said.headers["content-length"]) == (200, str(len(LAYER)))


def test_what_is_not_modified(pushed: Pair) -> None:
    assert pushed.learn("GET", TAG, ("if-none-match", f'"{IMAGE.digest}"')).status == 304
    assert pushed.ask("GET", TAG).status == 200


def test_each_format_by_itself(pushed: Pair) -> None:
    as_docker = pushed.learn("GET", TAG, ("accept", DOCKER_MANIFEST))
    as_pushed = pushed.learn("GET", TAG, ("accept", IMAGE.media_type))
    assert as_docker.headers["content-type"] == DOCKER_MANIFEST
    assert as_pushed.body == IMAGE.manifest


def test_a_tag_that_another_process_moves(pushed: Pair) -> None:
    pushed.learn("GET", TAG)
    pushed.push("one", ANOTHER)
    there = replace(pushed.app, db=pushed.other.db)
    here, pushed.app = pushed.app, there
    pushed.put("one", ANOTHER, "latest")
    pushed.app = here
    assert pushed.ask("GET", TAG).body == ANOTHER.manifest


@pytest.mark.parametrize(("path", "gone"), [(TAG, ImageId(tag="latest")), (DIGEST, ImageId(digest=IMAGE.digest))])
def test_what_another_process_deletes(pushed: Pair, path: str, gone: ImageId) -> None:
    pushed.learn("GET", path)
    delete(pushed, gone)
    assert pushed.ask("GET", path).status == 404


def test_a_repository_that_goes_and_comes_back(pushed: Pair) -> None:
    before = pushed.learn("GET", TAG)
    pushed.run(repository_services.delete(pushed.other, pushed.as_root(), ONE, force=True))
    assert pushed.ask("GET", TAG).status == 404
    assert pushed.ask("HEAD", blob_path(IMAGE)).status == 404
    pushed.create("one")
    assert pushed.ask("GET", TAG).status == 404
    pushed.push("one", IMAGE, "latest")
    assert pushed.ask("GET", TAG).told == before.told


def test_a_question_with_more_to_it(pushed: Pair) -> None:
    """Never from memory, though the same question without it is."""
    pushed.learn("GET", TAG)
    for headers in ((("content-length", "0"),), (("range", "bytes=0-1"),), (("host", "localhost"),)):
        assert not pushed.ask("GET", TAG, *headers).again
    assert not pushed.ask("GET", f"{TAG}?ns=docker.io").again


def test_somebody_else_with_the_same_question(pushed: Pair) -> None:
    stranger = pushed.password_of(user(pushed, "stranger", "ecr:GetAuthorizationToken"))
    pushed.learn("GET", TAG)
    assert pushed.ask("GET", TAG, password=stranger).status == 403
    assert pushed.ask("GET", TAG, password=None).status == 401
    assert pushed.ask("GET", TAG, password="wrong").status == 401


@pytest.mark.parametrize("how", ["disabled", "deleted"])
def test_a_key_that_is_good_no_longer(pushed: Pair, how: str) -> None:
    name = f"reader-{how}-{pushed.new()}"
    reader = user(pushed, name, "ecr:BatchGetImage")
    password = pushed.password_of(reader)
    pushed.learn("GET", TAG, password=password)
    ctx, key = pushed.as_root(), reader.access_key_id
    if how == "disabled":
        pushed.run(access_keys.set_status(pushed.other, ctx, name, key, "Inactive"))
    else:
        pushed.run(access_keys.delete(pushed.other, ctx, name, key))
    assert pushed.ask("GET", TAG, password=password).status == 401


def test_a_right_that_is_taken_away(pushed: Pair) -> None:
    name = f"reader-{pushed.new()}"
    password = pushed.password_of(user(pushed, name, "ecr:BatchGetImage"))
    pushed.learn("GET", TAG, password=password)
    allow(pushed, name, "ecr:ListImages")
    pushed.turned += FRESH
    assert pushed.ask("GET", TAG, password=password).status == 403
    allow(pushed, name, "ecr:BatchGetImage")
    pushed.turned += FRESH
    assert pushed.ask("GET", TAG, password=password).status == 200


def test_a_repository_policy_that_denies(pushed: Pair) -> None:
    pushed.learn("GET", TAG)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"}
    text = json.dumps({"Version": "2012-10-17", "Statement": deny})
    pushed.run(resource_policies.set_of_repository(pushed.other, pushed.as_root(), ONE, text, force=True))
    pushed.turned += FRESH
    assert pushed.ask("GET", TAG).status == 403


@pytest.mark.parametrize("key", ["aws:CurrentTime", "aws:UserAgent", "aws:SourceIp"])
def test_policies_that_look_at_the_request(pushed: Pair, key: str) -> None:
    """Nobody may be given an answer for what another request was allowed for."""
    conditions: dict[str, Any] = {
        "aws:CurrentTime": {"DateLessThan": {key: (pushed.clock() + timedelta(minutes=1)).strftime("%FT%TZ")}},
        "aws:UserAgent": {"StringEquals": {key: "docker"}},
        "aws:SourceIp": {"IpAddress": {key: "127.0.0.0/8"}},
    }
    name = f"conditional-{pushed.new()}"
    password = pushed.password_of(user(pushed, name, "ecr:BatchGetImage", Condition=conditions[key]))
    for _ in range(4):
        said = pushed.ask("GET", TAG, ("user-agent", "docker"), password=password)
        assert (said.status, said.again) == (200, False)
    assert (pushed.ask("GET", TAG, password=password).status == 403) is (key == "aws:UserAgent")
    pushed.turned += timedelta(minutes=2)
    later = pushed.ask("GET", TAG, ("user-agent", "docker"), password=password)
    assert (later.status == 403) is (key == "aws:CurrentTime")


def test_a_password_that_ends(pushed: Pair) -> None:
    pushed.turned += timedelta(hours=12, seconds=-30)
    assert pushed.learn("GET", TAG).status == 200
    pushed.turned += timedelta(seconds=31)
    assert pushed.ask("GET", TAG).status == 401


def test_pulls_are_noted_every_minute(pushed: Pair) -> None:
    def pulled() -> Any:
        return pushed.run(pushed.app.db.read(lambda c: c.execute(select(t.images.c.last_pulled_at)).scalar_one()))

    pushed.learn("GET", TAG)
    first = pulled()
    pushed.turned += timedelta(seconds=59)
    pushed.ask("GET", TAG)
    assert pulled() == first
    pushed.turned += timedelta(seconds=2)
    pushed.ask("GET", TAG)
    assert pulled() > first


def test_a_layer_that_is_about_to_be_collected(pushed: Pair) -> None:
    """Whoever is told that it is there has time to use it."""
    due = select(t.layer_reviews.c.review_after).where(t.layer_reviews.c.digest == blob_path(IMAGE).rpartition("/")[2])
    delete(pushed, ImageId(digest=IMAGE.digest))
    assert pushed.learn("HEAD", blob_path(IMAGE)).status == 200
    soon = pushed.now() + 1_000_000
    pushed.run(pushed.other.db.write(lambda c: c.execute(update(t.layer_reviews).values(review_after=soon)) and None))
    assert pushed.ask("HEAD", blob_path(IMAGE)).status == 200
    assert pushed.run(pushed.app.db.read(lambda c: c.execute(due).scalar_one())) > soon


def test_a_layer_that_was_collected(pushed: Pair) -> None:
    pushed.learn("HEAD", blob_path(IMAGE))
    delete(pushed, ImageId(digest=IMAGE.digest))
    pushed.collect_everything()
    pushed.password = pushed.password_of(pushed.root)
    assert pushed.ask("HEAD", blob_path(IMAGE)).status == 404


def test_a_key_of_kms_that_is_disabled(here: Pair) -> None:
    ctx = here.as_root()
    key = here.run(keys.create(here.app, ctx, KeyRequest(None, "", (), bypass=False))).row.arn
    sealed, wanted = RepositoryRef(REGISTRY, "sealed"), WantedEncryption("KMS", key)
    here.run(repository_services.create(here.app, ctx, sealed, TagMutability("MUTABLE"), [], wanted))
    here.push("sealed", IMAGE, "latest")
    path = "/v2/sealed/manifests/latest"
    here.learn("GET", path)
    here.run(keys.disable(here.other, ctx, key))
    refused = here.until(lambda: here.ask("GET", path), lambda said: said.status != 200)
    assert b"disabled" in refused.body
    here.run(keys.enable(here.other, ctx, key))
    here.until(lambda: here.ask("GET", path), lambda said: said.status == 200)


def test_rates_hold(pushed: Pair) -> None:
    rates = rates_of([("ecr:BatchGetImage", Rate(1, 5))], {"ecr": frozenset({"BatchGetImage"})})
    before = pushed.app
    pushed.app = replace(before, rates=SharedRates(before.db, rates, pushed.clock))
    try:
        assert [pushed.ask("GET", TAG).status for _ in range(7)] == [200] * 5 + [429] * 2
    finally:
        pushed.app = before


def test_anyone_may_pull_what_is_public(pushed: Pair) -> None:
    grant = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    text = json.dumps({"Version": "2012-10-17", "Statement": grant})
    pushed.run(resource_policies.set_of_repository(pushed.other, pushed.as_root(), ONE, text, force=True))
    pushed.turned += FRESH
    host = f"{ACCOUNT}.dkr.ecr.us-east-1.example.com"
    assert pushed.learn("GET", TAG, password=None, host=host).body == IMAGE.manifest
    pushed.run(resource_policies.delete_of_repository(pushed.other, pushed.as_root(), ONE))
    pushed.turned += FRESH
    assert pushed.ask("GET", TAG, password=None, host=host).status == 401


def test_nothing_is_remembered_of_what_was_refused(pushed: Pair) -> None:
    assert [pushed.ask("GET", "/v2/one/manifests/none").status for _ in range(3)] == [404] * 3
    pushed.put("one", IMAGE, "none")
    assert pushed.ask("GET", "/v2/one/manifests/none").status == 200


def test_an_answer_that_cannot_be_looked_at_goes_the_long_way(pushed: Pair) -> None:
    """Which tells the client what is the matter."""

    class Gone(ProcessCache):
        async def version(self, account: str) -> int:
            del account
            raise StorageUnavailable

    pushed.learn("GET", TAG)
    before = pushed.app
    pushed.app = replace(before, access=Gone(before.db, lambda: 0.0))
    try:
        assert pushed.ask("GET", TAG).status == 503
    finally:
        pushed.app = before


def test_a_database_that_goes_away_costs_no_answer_that_was_made(pushed: Pair) -> None:
    """What is kept is kept after the answer was made, and may fail."""

    class Gone:
        """Knows keys, which come first, and nothing else any more."""

        async def find(self, name: Name, /) -> Current | None:
            if name.kind == "key":
                return await before.current.find(name)
            raise StorageUnavailable

        ask = find

    before = pushed.app
    pushed.app = replace(before, current=Gone(), answers=Lru(10))
    try:
        said = [pushed.ask("GET", TAG) for _ in range(4)]
        assert [(each.status, each.again) for each in said] == [(200, False)] * 4
    finally:
        pushed.app = before
