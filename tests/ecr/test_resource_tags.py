"""TagResource, UntagResource, ListTagsForResource: AWS's labels on repositories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import Refused, Repo, client, constraint, refused
from tests.support.server import Keys, Server

CHARACTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
BAD_KEYS = {
    "": "Member must have length greater than or equal to 1",
    "k" * 129: "Member must have length less than or equal to 128",
    "aws:owner": "the prefix 'aws:' is reserved for AWS",
    "AWS:owner": "the prefix 'aws:' is reserved for AWS",
    "what?": f"must satisfy regular expression '{CHARACTERS}'",
    "tab\t": f"must satisfy regular expression '{CHARACTERS}'",
}


def tag(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value}


def bad_tag(parameter: str, text: str) -> Refused:
    return Refused("InvalidTagParameterException", constraint(parameter, text), 400, {})


def tags_of(repo: Repo) -> dict[str, str]:
    listed = repo.ecr.list_tags_for_resource(resourceArn=repo.arn)["tags"]
    found = {each["Key"]: each["Value"] for each in listed}
    assert len(found) == len(listed)
    return found


def test_tags_are_added_changed_and_removed(ecr: Any, repo: Repo) -> None:
    assert tags_of(repo) == {}
    ecr.tag_resource(resourceArn=repo.arn, tags=[tag("team", "blue"), tag("cost centre", "12/7"), tag("note", "")])
    ecr.tag_resource(resourceArn=repo.arn, tags=[tag("team", "grün @ Köln"), tag("new", "x=y")])
    assert tags_of(repo) == {"team": "grün @ Köln", "cost centre": "12/7", "note": "", "new": "x=y"}
    ecr.untag_resource(resourceArn=repo.arn, tagKeys=["team", "absent", "note", "note"])
    assert tags_of(repo) == {"cost centre": "12/7", "new": "x=y"}
    ecr.tag_resource(resourceArn=repo.arn, tags=[])
    ecr.untag_resource(resourceArn=repo.arn, tagKeys=[])
    assert tags_of(repo) == {"cost centre": "12/7", "new": "x=y"}


def test_tags_end_with_their_repository(ecr: Any, repo: Repo) -> None:
    ecr.tag_resource(resourceArn=repo.arn, tags=[tag("team", "blue")])
    repo.delete_repository()
    ecr.create_repository(repositoryName=repo.name)
    assert tags_of(repo) == {}


def test_keys_tell_case_apart_and_have_128_characters_values_256(ecr: Any, repo: Repo) -> None:
    longest = tag("ß" * 128, "é" * 256)
    ecr.tag_resource(resourceArn=repo.arn, tags=[longest, tag("Team", "1"), tag("team", "2")])
    assert tags_of(repo) == {"ß" * 128: "é" * 256, "Team": "1", "team": "2"}


@pytest.mark.parametrize("key", BAD_KEYS, ids=repr)
def test_keys_that_are_not_allowed(ecr: Any, repo: Repo, key: str) -> None:
    expected = bad_tag("tagKey", BAD_KEYS[key])
    assert refused(ecr.tag_resource, resourceArn=repo.arn, tags=[tag("fine", "1"), tag(key, "1")]) == expected
    assert refused(ecr.untag_resource, resourceArn=repo.arn, tagKeys=["fine", key]) == expected
    name = f"{repo.name}-new"
    assert refused(ecr.create_repository, repositoryName=name, tags=[tag(key, "1")]) == expected
    assert refused(ecr.describe_repositories, repositoryNames=[name]).code == "RepositoryNotFoundException"
    assert tags_of(repo) == {}


def test_values_that_are_not_allowed(ecr: Any, repo: Repo) -> None:
    long = refused(ecr.tag_resource, resourceArn=repo.arn, tags=[tag("key", "v" * 257)])
    assert long == bad_tag("tagValue", "Member must have length less than or equal to 256")
    odd = refused(ecr.tag_resource, resourceArn=repo.arn, tags=[tag("key", "a,b")])
    assert odd == bad_tag("tagValue", f"must satisfy regular expression '{CHARACTERS}'")


def test_a_key_given_twice_is_refused(ecr: Any, repo: Repo) -> None:
    twice = refused(ecr.tag_resource, resourceArn=repo.arn, tags=[tag("key", "1"), tag("key", "2")])
    assert twice == bad_tag("tags", "Member must not contain duplicate tag keys")
    assert tags_of(repo) == {}


def test_a_repository_has_fifty_tags_at_most(ecr: Any, repo: Repo) -> None:
    fifty = [tag(f"key-{number:02}", "1") for number in range(50)]
    ecr.tag_resource(resourceArn=repo.arn, tags=fifty)
    ecr.tag_resource(resourceArn=repo.arn, tags=[tag("key-07", "2")])
    over = refused(ecr.tag_resource, resourceArn=repo.arn, tags=[tag("one more", "1"), tag("key-07", "3")])
    message = "The resource would have 51 tags; the most it can have is 50"
    assert over == Refused("TooManyTagsException", message, 400, {})
    assert tags_of(repo) == {**{each["Key"]: "1" for each in fifty}, "key-07": "2"}
    created = refused(ecr.create_repository, repositoryName=f"{repo.name}-new", tags=[*fifty, tag("more", "1")])
    assert created == Refused("TooManyTagsException", message, 400, {})
    removed = refused(ecr.untag_resource, resourceArn=repo.arn, tagKeys=[f"absent-{number}" for number in range(51)])
    assert removed.code == "TooManyTagsException"


@pytest.mark.parametrize("operation", ["tag_resource", "untag_resource", "list_tags_for_resource"])
class TestArns:
    """What all three operations make of a resourceArn."""

    def given(self, operation: str) -> dict[str, Any]:
        return {"tag_resource": {"tags": [tag("key", "1")]}, "untag_resource": {"tagKeys": ["key"]}}.get(operation, {})

    def test_a_repository_that_is_not_there(self, ecr: Any, repo: Repo, operation: str) -> None:
        found = refused(getattr(ecr, operation), resourceArn=f"{repo.arn}-absent", **self.given(operation))
        message = f"The repository with name '{repo.name}-absent' does not exist in the registry with id "
        assert found == Refused("RepositoryNotFoundException", f"{message}'{repo.account}'", 400, {})

    def test_what_is_no_arn_of_a_repository_of_the_region(self, ecr: Any, repo: Repo, operation: str) -> None:
        region = ecr.meta.region_name
        wrong = [
            repo.name,
            "",
            f"arn:aws:ecr:{region}:{repo.account}:repository/",
            f"arn:aws:ecr:{region}:{repo.account}:{repo.name}",
            repo.arn.replace(":ecr:", ":ecr-public:"),
            repo.arn.replace(repo.account, "12345678901"),
            repo.arn.replace(region, "eu-west-3"),
            f" {repo.arn}",
        ]
        for arn in wrong:
            found = refused(getattr(ecr, operation), resourceArn=arn, **self.given(operation))
            assert found.code == "InvalidParameterException", arn
            assert found.message == constraint("resourceArn", f"must be the ARN of a repository in {region}")

    def test_a_member_that_is_missing(self, ecr: Any, operation: str) -> None:
        found = refused(getattr(ecr, operation), **self.given(operation))
        assert found.message == constraint("resourceArn", "Member must not be null")


def test_tags_are_those_of_one_region(server: Server, second: Any, second_keys: Keys, new_repo: Any) -> None:
    home = new_repo(second)
    abroad_client = client(server, region="eu-west-2", keys=second_keys)
    abroad_client.create_repository(repositoryName=home.name)
    abroad = Repo(abroad_client, home.name, home.account)
    abroad_client.tag_resource(resourceArn=abroad.arn, tags=[tag("where", "abroad")])
    assert (tags_of(home), tags_of(abroad)) == ({}, {"where": "abroad"})
