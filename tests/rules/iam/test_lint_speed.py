"""The lint runs while a request waits: what a policy of the greatest size can cost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import product
from string import ascii_lowercase

import pytest

from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.lint import lint
from tests.rules.iam.build import HOME, Json

SIZE = 10_240
"""Bytes that a repository's policy has at most (ECR User Guide, "Amazon ECR service quotas")."""

BOUND = 0.5
"""Seconds. It takes under 0.1 on a machine with nothing else to do; before it grew with the size it took 1.5."""

NAMES = ["".join(letters) for letters in product(ascii_lowercase, repeat=3)]
GRANT = {"Effect": "Allow", "Principal": {"AWS": HOME}}
TAGGED = {"StringEquals": {"aws:ResourceTag/a": "b"}}
EVERY = {"Action": "ecr:*"}

HOSTILE: dict[str, Callable[[int], list[Json]]] = {
    "wildcards": lambda n: [GRANT | {"Action": [f"ecr:*{a[0]}*{a[1]}*{a[2]}*" for a in NAMES[:n]]}],
    "question marks": lambda n: [GRANT | {"Action": [f"ecr:?*{a}?" for a in NAMES[:n]]}],
    "one long wildcard": lambda n: [GRANT | {"Action": "ecr:" + "*e" * n}],
    "nearly actions": lambda n: [GRANT | {"Action": [f"ecr:BatchGetImage{a}" for a in NAMES[:n]]}],
    "not actions": lambda n: [GRANT | {"NotAction": [f"ecr:*{a}*" for a in NAMES[:n]]}],
    "statements": lambda n: [GRANT | EVERY] * n,
    "denials": lambda n: [GRANT | EVERY, GRANT | {"Effect": "Deny", "Action": "ecr:Get*"}] * n,
    "nearly keys": lambda n: [GRANT | EVERY | {"Condition": {"Bool": {f"aws:sourceip{a}": "x" for a in NAMES[:n]}}}],
    "values": lambda n: [GRANT | EVERY | {"Condition": {"StringEquals": {"aws:userid": [f"{a}*" for a in NAMES[:n]]}}}],
    "sets": lambda n: [
        GRANT | EVERY | {"Condition": {"ForAllValues:StringEquals": {f"aws:PrincipalTag/{a}": "*" for a in NAMES[:n]}}}
    ],
    "ARNs": lambda n: [GRANT | EVERY | {"Resource": [f"arn:aws:s3:::{a}" for a in NAMES[:n]]}],
    "tags": lambda n: [GRANT | {"Action": "ecr:TagResource"}, GRANT | EVERY | {"Condition": TAGGED}] * n,
    "tagged ARNs": lambda n: [
        GRANT | {"Action": "ecr:TagResource", "Resource": [f"arn:a{a}*" for a in NAMES[:n]]},
        GRANT | EVERY | {"Resource": [f"arn:b{a}*" for a in NAMES[:n]], "Condition": TAGGED},
    ],
}


def greatest(make: Callable[[int], list[Json]]) -> str:
    def text(count: int) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": make(count)}, separators=(",", ":"))

    each = (len(text(20)) - len(text(10))) / 10
    count = int((SIZE - len(text(1))) / each)
    return text(next(fewer for fewer in range(count + 1, 0, -1) if len(text(fewer)) <= SIZE))


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_policy_of_the_greatest_size(make: Callable[[int], list[Json]]) -> None:
    text = greatest(make)
    assert len(text) > SIZE * 0.9
    started = time.process_time()
    findings = lint(parse_policy(text, "resource"), HOME)
    assert time.process_time() - started < BOUND
    assert len(findings) < SIZE / 50
    assert sum(len(each.why) for each in findings) < SIZE * 5
