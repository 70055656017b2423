"""A change of who may do what is in force within a second, in every worker, for tokens given out long before."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, update

from entrepot.meta import access_keys
from entrepot.meta import tables as t
from tests.access.conftest import HOME, Guarded
from tests.access.eventually import PROMISED, settled
from tests.access.people import allow, grant, identity_id
from tests.oci.checked import Checked
from tests.support.images import tiny_image
from tests.support.server import Keys

pytestmark = pytest.mark.alone  # within a second

IMAGE = tiny_image("changes")
LOGIN = allow("ecr:GetAuthorizationToken")
Fresh = Callable[[str], str]


@pytest.fixture
def image(guarded: Guarded, repository: str) -> str:
    guarded.oci(guarded.server.keys).push_image(repository, IMAGE, "v1")
    return repository


def pulls(oci: Checked, image: str) -> int:
    return oci.get_manifest(image, "v1").status


def ends(guarded: Guarded, keys: Keys, image: str, work: Callable[[], object], status: int) -> None:
    """Pulls work, and with `work` done they end with `status` within a second, for good."""
    oci = guarded.oci(keys)
    settled(lambda: pulls(oci, image) == 200)
    work()
    assert settled(lambda: pulls(oci, image) == status) < PROMISED


def test_a_policy_given_and_taken(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), LOGIN)
    oci = guarded.oci(keys)
    settled(lambda: pulls(oci, image) == 403)
    guarded.people.set_policy(HOME, "user", name, allow("ecr:*"))
    assert settled(lambda: pulls(oci, image) == 200) < PROMISED
    ends(guarded, keys, image, lambda: guarded.people.set_policy(HOME, "user", name, LOGIN), 403)


def test_a_user_taken_out_of_a_group(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), LOGIN)
    guarded.people.group(HOME, fresh("group"), allow("ecr:*"), members=[name])

    def leave(c: Connection) -> None:
        user = identity_id(c, HOME, "user", name)
        c.execute(delete(t.group_members).where(t.group_members.c.user_id == user))

    ends(guarded, keys, image, lambda: guarded.people.change(HOME, leave), 403)


def test_a_groups_policy_taken(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), LOGIN)
    guarded.people.group(HOME, group := fresh("group"), allow("ecr:*"), members=[name])
    ends(guarded, keys, image, lambda: guarded.people.set_policy(HOME, "group", group, None), 403)


def test_a_key_disabled(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, fresh("user"), allow("ecr:*"))

    def disable(c: Connection) -> None:
        access_keys.set_active(c, keys.access_key_id, active=False)

    ends(guarded, keys, image, lambda: guarded.people.change(HOME, disable), 401)


def test_a_user_deleted_and_made_anew(guarded: Guarded, fresh: Fresh, image: str) -> None:
    """Whoever has the old user's key is nobody, also under a new user's name."""
    keys = guarded.people.user(HOME, name := fresh("user"), allow("ecr:*"))

    def remove(c: Connection) -> None:
        c.execute(delete(t.identities).where(t.identities.c.id == identity_id(c, HOME, "user", name)))

    ends(guarded, keys, image, lambda: guarded.people.change(HOME, remove), 403)
    new = guarded.people.user(HOME, name, allow("ecr:*"))
    oci = guarded.oci(new)
    settled(lambda: pulls(oci, image) == 200)
    assert pulls(guarded.oci(keys), image) == 403


def test_a_repository_policy(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), LOGIN)
    guarded.set_policy(image, grant({"AWS": f"arn:aws:iam::{HOME}:user/{name}"}, "ecr:BatchGetImage"))
    ends(guarded, keys, image, lambda: guarded.root.delete_repository_policy(repositoryName=image), 403)


def test_a_repository_deleted_and_made_anew_has_no_policy(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), LOGIN)
    guarded.set_policy(image, grant({"AWS": f"arn:aws:iam::{HOME}:user/{name}"}, "ecr:BatchGetImage"))

    def anew() -> None:
        guarded.root.delete_repository(repositoryName=image, force=True)
        guarded.root.create_repository(repositoryName=image)
        guarded.oci(guarded.server.keys).push_image(image, IMAGE, "v1")

    ends(guarded, keys, image, anew, 403)


def test_a_boundary(guarded: Guarded, fresh: Fresh, image: str) -> None:
    keys = guarded.people.user(HOME, name := fresh("user"), allow("ecr:*"))
    ends(guarded, keys, image, lambda: guarded.people.set_boundary(HOME, name, LOGIN), 403)


def test_a_managed_policys_new_version(guarded: Guarded, fresh: Fresh, image: str) -> None:
    arn = guarded.people.managed(HOME, policy := fresh("policy"), allow("ecr:*"))
    keys = guarded.people.user(HOME, fresh("user"), arn, LOGIN)

    def other_default(c: Connection) -> None:
        p, v = t.managed_policies.c, t.managed_policy_versions
        owner = c.execute(t.managed_policies.select().where(p.name == policy)).one().id
        c.execute(update(v).where(v.c.policy_id == owner).values(document=json.dumps(LOGIN)))

    ends(guarded, keys, image, lambda: guarded.people.change(HOME, other_default), 403)
