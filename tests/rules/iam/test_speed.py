from __future__ import annotations

import time

import pytest

from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.request import AccessRequest
from tests.rules.iam.build import named, repository, request, statement, user

TARGET = 0.001
"""Seconds for a decision with fifty policies, on a machine with nothing else to do."""


def fifty() -> tuple[NamedPolicy, ...]:
    """Every statement is about the action, so that resources and conditions have to be looked at in all of them."""
    return tuple(
        named(
            "identity",
            statement(
                action=["ecr:Get*", "ecr:BatchGetImage", "ecr:PutImage"],
                resource=[repository(f"team{number}/*", account="*"), repository(f"one-{number}")],
            ),
            statement("Deny", Condition={"StringEquals": {"aws:PrincipalTag/team": f"team{number}"}}),
        )
        for number in range(50)
    )


@pytest.mark.alone
def test_a_decision_with_fifty_policies_takes_less_than_a_millisecond() -> None:
    policies, asked = PolicySet(identity=fifty()), request(user(team="prod"), aws__SourceIp="192.0.2.1")
    assert evaluate(asked, policies).reason == "not-allowed"
    best = min(_seconds(policies, asked) for _ in range(50))
    # The machine may be busy: only a slip of an order of magnitude fails.
    assert best < TARGET * 10


def _seconds(policies: PolicySet, asked: AccessRequest) -> float:
    started = time.perf_counter()
    evaluate(asked, policies)
    return time.perf_counter() - started
