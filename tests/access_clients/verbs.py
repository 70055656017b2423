"""Who may do what in the tests of verbs: a reader, a pusher and an admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.access_clients.houses import LOGIN, PULL, PUSH, House

CHECK = "ecr:BatchCheckLayerAvailability"
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "reader": (*LOGIN, *PULL, "ecr:DescribeImages", "ecr:ListImages"),
    "pusher": (*LOGIN, CHECK, *PUSH),
    "admin": ("ecr:*",),
}
MAY: Mapping[str, set[str]] = {"reader": {"pull"}, "pusher": {"push"}, "admin": {"pull", "push", "delete"}}
VERBS = ("pull", "push", "delete")
# skopeo looks at an image before it deletes it.
ACTIONS = {"pull": ("BatchGetImage",), "delete": ("BatchDeleteImage", "BatchGetImage"), "push": ("",)}


def check(person: str, verb: str, attempt: Callable[[], Any]) -> None:
    """Makes the attempt: it has to succeed, or to be refused with the action that is missing."""
    if verb in MAY[person]:
        attempt()
        return
    with pytest.raises(AssertionError) as caught:
        attempt()
    assert "is not authorized to perform: ecr:" in str(caught.value)
    assert any(f"perform: ecr:{action}" in str(caught.value) for action in ACTIONS[verb])


def tags(house: House, repository: str) -> list[str]:
    """What is there, as the admin sees it."""
    return house.oci(*PEOPLE["admin"]).tags(repository).json()["tags"]
