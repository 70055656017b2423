"""Inline policies of users, groups and roles."""

from __future__ import annotations

import json
import urllib.parse
from typing import Any

import pytest

from tests.iam_policies.conftest import PULL, Refused, document

LIMITS = {"user": 2048, "group": 5120, "role": 10240}


@pytest.fixture(params=sorted(LIMITS))
def holder(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """The kind of something with inline policies, and what names it."""
    name = request.getfixturevalue(request.param)
    return request.param, {f"{request.param.title()}Name": name}


def call(iam: Any, verb: str, kind: str) -> Any:
    return getattr(iam, f"{verb}_{kind}_policy")


def of_length(count: int) -> str:
    """A policy with as many characters that are no white space."""
    bare = len(document("ecr:").replace(" ", ""))
    return document("ecr:" + "A" * (count - bare))


def test_put_get_list_delete(iam: Any, holder: tuple[str, dict[str, str]], refused: Refused) -> None:
    kind, of = holder
    call(iam, "put", kind)(**of, PolicyName="pull", PolicyDocument=PULL)
    call(iam, "put", kind)(**of, PolicyName="all", PolicyDocument=PULL)
    call(iam, "put", kind)(**of, PolicyName="all", PolicyDocument=document("ecr:*"))
    found = call(iam, "get", kind)(**of, PolicyName="all")
    assert (found["PolicyName"], found["PolicyDocument"]) == ("all", json.loads(document("ecr:*")))
    listing = getattr(iam, f"list_{kind}_policies")
    assert listing(**of)["PolicyNames"] == ["all", "pull"]
    first = listing(**of, MaxItems=1)
    assert (first["PolicyNames"], first["IsTruncated"]) == (["all"], True)
    assert listing(**of, Marker=first["Marker"])["PolicyNames"] == ["pull"]
    call(iam, "delete", kind)(**of, PolicyName="all")
    gone = f"The {kind} policy with name all cannot be found."
    assert refused(call(iam, "get", kind), **of, PolicyName="all") == (404, "NoSuchEntity", gone)
    assert refused(call(iam, "delete", kind), **of, PolicyName="all") == (404, "NoSuchEntity", gone)


def test_all_inline_policies_together_have_a_limit(
    iam: Any, holder: tuple[str, dict[str, str]], refused: Refused
) -> None:
    kind, of = holder
    half = LIMITS[kind] // 2
    call(iam, "put", kind)(**of, PolicyName="a", PolicyDocument=of_length(half))
    call(iam, "put", kind)(**of, PolicyName="b", PolicyDocument=of_length(half) + " " * 100)
    over = refused(call(iam, "put", kind), **of, PolicyName="b", PolicyDocument=of_length(half + 1))
    name = next(iter(of.values()))
    assert over == (409, "LimitExceeded", f"Maximum policy size of {LIMITS[kind]} bytes exceeded for {kind} {name}")


def test_what_is_refused(iam: Any, holder: tuple[str, dict[str, str]], refused: Refused) -> None:
    kind, of = holder
    assert refused(call(iam, "put", kind), **of, PolicyName="x", PolicyDocument="[]")[1] == "MalformedPolicyDocument"
    nobody = dict.fromkeys(of, "nobody-at-all")
    status, code, message = refused(call(iam, "put", kind), **nobody, PolicyName="x", PolicyDocument=PULL)
    assert (status, code, message) == (404, "NoSuchEntity", f"The {kind} with name nobody-at-all cannot be found.")
    assert refused(getattr(iam, f"list_{kind}_policies"), **nobody)[1] == "NoSuchEntity"


def test_documents_are_url_encoded_on_the_wire(iam: Any, user: str) -> None:
    text = document("ecr:*", resource="arn:aws:ecr:*:*:repository/ü+a b%20")
    iam.put_user_policy(UserName=user, PolicyName="odd", PolicyDocument=text)
    seen: list[bytes] = []

    def keep(http_response: Any, **_: Any) -> None:
        seen.append(http_response.content)

    iam.meta.events.register("after-call.iam.GetUserPolicy", keep)
    try:
        iam.get_user_policy(UserName=user, PolicyName="odd")
    finally:
        iam.meta.events.unregister("after-call.iam.GetUserPolicy", keep)
    shown = seen[0].decode().partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert urllib.parse.unquote(shown) == text
    assert not set(shown) & set(' "{}+/:')
