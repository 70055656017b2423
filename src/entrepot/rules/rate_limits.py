"""Token buckets: how many requests an operation takes in a second, and how many at once.

Times are microseconds since the epoch, tokens thousandths of a request. One bucket is drawn on by every process of a
deployment, a portion at a time; what it gave out is all that is ever let through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

SECOND = 1_000_000
REQUEST = 1_000
"""A request in tokens."""

PORTIONS = 50
"""A process takes a fiftieth of a second's worth at once: what it holds, unused, is little against the rate."""

_SHARE = 8
_ANY = "*"
_ECR = "ecr"
UNAUTHENTICATED = "unauthenticated"


@dataclass(frozen=True, slots=True)
class Rate:
    """`thousandths` of a request each second, and `burst` requests at once after a pause."""

    thousandths: int
    burst: int

    @property
    def portion(self) -> int:
        """How many requests' worth a process takes at once."""
        return max(1, self.thousandths // (REQUEST * PORTIONS))

    @property
    def pause(self) -> int:
        """How long a portion takes to come in."""
        return -(-self.portion * REQUEST * SECOND // self.thousandths)

    @property
    def filling(self) -> int:
        """How long an empty bucket takes to be full."""
        return -(-self.burst * REQUEST * SECOND // self.thousandths)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left, as of `updated_at`."""

    tokens: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was given to a process: so many requests. It is to come again in `wait` at the earliest, 0 where it may."""

    requests: int
    wait: int


def full(rate: Rate, now: int) -> Bucket:
    """The bucket of somebody who was not there before."""
    return Bucket(rate.burst * REQUEST, now)


def refilled(bucket: Bucket, rate: Rate, now: int) -> Bucket:
    """The bucket with what has come in since. Fractions of a token come in the next time.

    A bucket that was last drawn on by a clock that goes ahead of this one waits until this one is as far.
    """
    come_in = max(0, now - bucket.updated_at) * rate.thousandths // SECOND
    if bucket.tokens + come_in >= rate.burst * REQUEST:
        return Bucket(rate.burst * REQUEST, max(now, bucket.updated_at))
    return Bucket(bucket.tokens + come_in, bucket.updated_at - (-come_in * SECOND // rate.thousandths))


def draw(bucket: Bucket, rate: Rate, now: int, needed: int) -> tuple[Drawn, Bucket]:
    """Takes a portion for a process in which `needed` requests wait for it or were refused: what it gets, what is left.

    Beyond those it gets no more than an eighth of what is there, so that many processes do not hold all of it unused.
    """
    there = refilled(bucket, rate, now)
    requests = min(there.tokens // REQUEST, rate.portion, max(needed, there.tokens // (REQUEST * _SHARE)))
    left = Bucket(there.tokens - requests * REQUEST, there.updated_at)
    enough = requests >= min(needed, rate.portion)
    return Drawn(requests, 0 if enough else _until(left, rate, now)), left


def _until(bucket: Bucket, rate: Rate, now: int) -> int:
    """How long it takes until a portion is there."""
    lacking = max(0, rate.portion * REQUEST - bucket.tokens)
    return max(1, bucket.updated_at - now + -(-lacking * SECOND // rate.thousandths))


ECR_RATES: Mapping[str, Rate] = MappingProxyType(
    {
        name: Rate(rate * REQUEST, rate)
        for name, rate in {
            "GetDownloadUrlForLayer": 3_000,
            "BatchGetImage": 2_000,
            "BatchCheckLayerAvailability": 1_000,
            "GetAuthorizationToken": 500,
            "UploadLayerPart": 500,
            "InitiateLayerUpload": 100,
            "CompleteLayerUpload": 100,
            "PutImage": 10,
        }.items()
    }
)
"""ECR's own, by operation ("Amazon ECR service quotas", ECR User Guide). For a burst it names no figure."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates in force. Keys are `service:Operation`, `service:*` and `*`; the nearest one counts."""

    by_name: Mapping[str, Rate]
    unauthenticated: Rate | None = None

    def of(self, service: str, operation: str) -> Rate | None:
        """The rate of an operation; None for one that has none."""
        return self.by_name.get(f"{service}:{operation}") or self.by_name.get(f"{service}:*") or self.by_name.get(_ANY)

    @property
    def filling(self) -> int:
        """How long it takes until any bucket is full, whatever was drawn."""
        every = [*self.by_name.values(), *([self.unauthenticated] if self.unauthenticated else [])]
        return max((rate.filling for rate in every), default=0)


def rates_of(entries: Iterable[tuple[str, Rate]], known: Mapping[str, Collection[str]]) -> Rates:
    """The rates that entries name, later ones over earlier. An operation without a service is ECR's.

    `known` are the operations of each service. Raises LookupError with a name that is none of them.
    """
    by_name: dict[str, Rate] = {}
    unauthenticated: Rate | None = None
    for name, rate in entries:
        if name == UNAUTHENTICATED:
            unauthenticated = rate
        else:
            by_name[_full_name(name, known)] = rate
    return Rates(by_name, unauthenticated)


def _full_name(name: str, known: Mapping[str, Collection[str]]) -> str:
    if name == _ANY:
        return name
    service, colon, operation = name.rpartition(":")
    service = service if colon else _ECR
    if service not in known or (operation != _ANY and operation not in known[service]):
        raise LookupError(name)
    return f"{service}:{operation}"
