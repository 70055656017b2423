"""How long access decisions take: with fifty policies, remembered, and the lint of policies of the greatest size.

    .venv/bin/python -m bench.access [--rounds 2000]

Prints a table with the median and the 99th percentile of each, in microseconds, on one core.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

from entrepot.rules.iam.decision import PolicySet
from entrepot.rules.iam.document import parse_policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.lint import lint
from entrepot.rules.iam.request import AccessRequest
from entrepot.services.access_cache import Lru
from tests.rules.iam.build import HOME, request, user
from tests.rules.iam.test_lint_speed import HOSTILE, greatest
from tests.rules.iam.test_speed import fifty


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="How long access decisions take.")
    parser.add_argument("--rounds", type=int, default=2000)
    rounds: int = parser.parse_args().rounds
    policies = PolicySet(identity=fifty())
    asked = request(user(team="prod"), aws__SourceIp="192.0.2.1")
    denied = request(user(team="team49"), aws__SourceIp="192.0.2.1")
    _print("what", ("median", "p99"))
    _print("50 policies, none allows", measured(lambda: evaluate(asked, policies), rounds))
    _print("50 policies, the last denies", measured(lambda: evaluate(denied, policies), rounds))
    _print("the same, remembered", measured(remembered(asked, policies), rounds))
    for name, make in HOSTILE.items():
        text = greatest(make)
        _print(f"lint of {len(text)} bytes: {name}", measured(lambda text=text: checked(text), max(5, rounds // 200)))
    return 0


def remembered(asked: AccessRequest, policies: PolicySet) -> Callable[[], object]:
    """A decision out of a process's memory, found by what it was made from."""
    memory = Lru(10)
    key = (asked.action, asked.principal, 1, asked.resource_arn, 1, tuple(asked.context.items()))
    memory.put(key, evaluate(asked, policies))
    return lambda: memory.get((asked.action, asked.principal, 1, asked.resource_arn, 1, tuple(asked.context.items())))


def checked(text: str) -> object:
    """What happens to a policy before it is set."""
    return lint(parse_policy(text, "resource"), HOME)


def measured(work: Callable[[], object], rounds: int) -> tuple[str, str]:
    """Median and 99th percentile of `rounds` calls, in microseconds of processor time."""
    taken: list[float] = []
    for _ in range(rounds):
        started = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - started) / 1000)
    return f"{statistics.median(taken):.0f}", f"{statistics.quantiles(taken, n=100)[98]:.0f}"


def _print(what: str, figures: tuple[str, str]) -> None:
    sys.stdout.write(f"{what:<50} {figures[0]:>10} {figures[1]:>10}\n")


if __name__ == "__main__":
    sys.exit(main())
