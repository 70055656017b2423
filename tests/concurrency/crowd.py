"""Clients that do something at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from botocore.exceptions import ClientError

from tests.support.clients.aws_api import AwsApi
from tests.support.images import digest_of
from tests.support.oci import Answer, Oci

T = TypeVar("T")
GATE_SECONDS = 300


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Does all of `acts`, each in a thread of its own, released together; raises the first error of any."""
    gate = threading.Barrier(len(acts))

    def pass_the_gate(act: Callable[[], T]) -> T:
        gate.wait(GATE_SECONDS)
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(pass_the_gate, acts))


def later(oci: Oci, requests: int, act: Callable[[], T]) -> Callable[[], T]:
    """`act`, which gives the others a head start of so many requests: neither of two is to win every time."""

    def delayed() -> T:
        for _ in range(requests):
            oci.request("GET", "/v2/").expect(200)
        return act()

    return delayed


class Racer(AwsApi):
    """A client of the AWS door to which it is all the same whether a layer was there before it."""

    def upload_layer(self, repository: str, data: bytes) -> str:
        try:
            return super().upload_layer(repository, data)
        except ClientError as error:
            if error.response["Error"]["Code"] != "LayerAlreadyExistsException":
                raise
            return digest_of(data)


def statuses(answers: Iterable[Answer]) -> Counter[int]:
    """How many answers had which status."""
    return Counter(answer.status for answer in answers)
