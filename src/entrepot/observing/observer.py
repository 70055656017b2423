"""What an App observes with: the one thing that doors, dispatchers and duties are given."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from entrepot.errors import DomainError
from entrepot.observing.counted import Counted
from entrepot.observing.exchange import Exchange
from entrepot.observing.families import Family, merged
from entrepot.observing.folders import room
from entrepot.observing.metrics import Metrics
from entrepot.observing.seams import SEEN, STATUS, Operation, Seen, refused
from entrepot.observing.tracing import CURRENT, Tracer

STATE_AGE = 10.0
"""How old, in seconds, what /metrics says of the collection and of duties may be."""

STORAGE_AGE = 300.0
"""The same for the storage of registries: at 1,000,000 layers the sums take about a second of one thread."""


class Observer:
    """Metrics and traces of one process."""

    def __init__(
        self,
        metrics: Metrics | None = None,
        tracer: Tracer | None = None,
        exchange: Exchange | None = None,
        folders: Mapping[str, Path] | None = None,
    ) -> None:
        self.metrics = metrics or Metrics()
        self.tracer = tracer
        self._exchange = exchange or Exchange(None)
        self._folders = folders or {}
        self.state = Counted(self._exchange, "state", STATE_AGE)
        self.storage = Counted(self._exchange, "storage", STORAGE_AGE)

    def request(self, door: str, scope: Any) -> Seen:  # noqa: ANN401 - ASGI's
        """To be entered around the answer to a request."""
        return Seen(self.metrics, self.tracer, door, scope)

    def operation(self, name: str, route: str) -> Operation:
        """To be entered around what a request asks for, once that is known."""
        return Operation(self.metrics, name, route)

    def answered(self, door: str, operation: str, status: int, seconds: float, sent: int) -> None:
        """Counts a request that was answered outside of `request`."""
        self.metrics.request_seconds(door, operation, STATUS[status]).observe(seconds)
        self.metrics.of_door(door)[2].value += sent

    def refused(self, error: DomainError) -> None:
        """To be told of every domain error that a door turns into an answer."""
        refused(self.metrics, error)

    def failed(self, error: str) -> None:
        """To be told of every other error that a door answers with, in a word that no client makes up."""
        seen = SEEN.get()
        if seen and not seen.error:
            seen.error = error

    def expect(self, duties: Mapping[str, float]) -> None:
        """Shows duties, by the seconds between two rounds. Each failed 0 times so far: a first failure is a change."""
        for duty, seconds in duties.items():
            self.metrics.duty_failures(duty)
            self.metrics.duty_interval(duty).value = seconds

    @contextmanager
    def duty(self, name: str) -> Generator[None]:
        """To be entered around one round of a duty."""
        began, outcome = time.perf_counter(), "cut"
        span = self.tracer.begin(f"duty {name}", "internal") if self.tracer else None
        token = CURRENT.set(span)
        try:
            yield
            outcome = "done"
        except Exception as error:
            outcome = "put_off" if isinstance(error, DomainError) else "failed"
            self.metrics.duty_failures(name).inc()
            raise
        finally:
            CURRENT.reset(token)
            self.metrics.duty_seconds(name, outcome).observe(time.perf_counter() - began)
            if span:
                span.note({"entrepot.duty": name})
                span.end("" if outcome == "done" else outcome)

    def publish(self) -> None:
        """Lets the server's other workers know what this one has counted. Reads and writes files."""
        self._exchange.put(self.metrics.families())

    def together(self) -> list[Family]:
        """What all workers of the server have counted, this one up to now, and how much room there is.

        Reads and writes files.
        """
        own = self.metrics.families()
        self._exchange.put(own)
        return [*merged(self._exchange.parts(own)), *room(self._folders)]
