"""What pushing, pulling and deleting an image costs, summed up from measured requests. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from bench.results import Cost, Measured, Results

CONFIG_SIZE = 2 << 10
GETS, PUSHES = "blob_get_", "blob_push_"
"""Operations of layers; their size follows."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of a registry in a day. Sizes are bytes.

    Of an image's `layers`, the registry has `known_share` before it is pushed, and whoever pulls it `cached_share`.
    Images are deleted when they were kept for `kept_days`. In the busiest hour there is `peak_factor` times the mean.
    """

    images_per_day: float
    layers: int = 10
    layer_size: int = 20 << 20
    pulls_per_push: float = 50
    cached_share: float = 0.8
    known_share: float = 0.8
    kept_days: float = 30
    peak_factor: float = 3
    images_per_repository: float = 100

    @property
    def new_layers(self) -> float:
        """Layers of an image that are uploaded."""
        return self.layers * (1 - self.known_share)

    @property
    def pulled_layers(self) -> float:
        """Layers of an image that are downloaded."""
        return self.layers * (1 - self.cached_share)


@dataclass(frozen=True, slots=True)
class Bill:
    """A sum of costs, or of costs in a second. The same members as of a `Cost`."""

    ours: float = 0.0
    database: float = 0.0
    store: float = 0.0
    requests: float = 0.0
    sent: float = 0.0
    received: float = 0.0
    written: float = 0.0
    reads: float = 0.0
    writes: float = 0.0
    statements: float = 0.0
    wal: float = 0.0
    store_requests: float = 0.0
    store_taken: float = 0.0
    store_given: float = 0.0

    def __add__(self, other: Bill) -> Bill:
        return Bill(*(mine + its for mine, its in zip(_members(self), _members(other), strict=True)))

    def __mul__(self, times: float) -> Bill:
        return Bill(*(each * times for each in _members(self)))


def _members(bill: Bill) -> tuple[float, ...]:
    return tuple(getattr(bill, each.name) for each in fields(bill))


def bill_of(cost: Cost) -> Bill:
    """A measured act. Its WAL is that after a checkpoint: few pages of a large database change twice till then."""
    same = {each.name: getattr(cost, each.name) for each in fields(Bill) if each.name not in {"wal", "store_requests"}}
    return Bill(**same, wal=max(cost.wal, cost.wal_cold), store_requests=sum(cost.store_requests.values()))


@dataclass(frozen=True, slots=True)
class Prices:
    """Bills by operation, and those of moving a layer by its size, in one topology."""

    by_name: Mapping[str, Bill]
    collecting: Bill

    def __getitem__(self, name: str) -> Bill:
        return self.by_name[name]

    def sized(self, prefix: str, size: float) -> Bill:
        """A transfer of any size, between the measured ones on a line, beyond the last on the last one's.

        What is smaller than the smallest costs as much as that: it is all but requests. More bytes never cost less:
        where that was measured it is noise, and the smaller size's figure stands.
        """
        sizes = sorted(int(name[len(prefix) :]) for name in self.by_name if name.startswith(prefix))
        above = next((index for index, each in enumerate(sizes) if index and size <= each), len(sizes) - 1)
        part = (max(size, sizes[0]) - sizes[above - 1]) / (sizes[above] - sizes[above - 1])
        below = [_members(self.by_name[f"{prefix}{each}"]) for each in sizes[:above]]
        begins = tuple(map(max, zip(*below, strict=True)))
        ends = _members(self.by_name[f"{prefix}{sizes[above]}"])
        return Bill(*(begin + max(0.0, end - begin) * part for begin, end in zip(begins, ends, strict=True)))


def prices(results: Results, topology: str) -> Prices:
    """Of one topology. Transactions are those counted on PostgreSQL: the same code asks for the same on SQLite."""
    measured = results.topologies[topology]
    counted = results.topologies.get("postgres-s3", measured)
    by_name = {name: _counted(cost, counted.costs.get(name, cost)) for name, cost in measured.costs.items()}
    return Prices(by_name, _collecting(measured, counted))


def _counted(cost: Cost, counted: Cost) -> Bill:
    bill = bill_of(cost)
    if bill.reads or bill.writes:
        return bill
    return bill + Bill(reads=counted.reads, writes=counted.writes, statements=counted.statements)


def _collecting(measured: Measured, counted: Measured) -> Bill:
    found, counts = measured.collecting, counted.collecting
    seconds = {name: found.get(name, 0.0) for name in ("ours", "database", "store", "wal")}
    return Bill(**seconds, **{name: counts.get(name, 0.0) for name in ("reads", "writes", "statements")})


def push(of: Prices, load: Load) -> Bill:
    """One image: the login, a question for each layer and the config, those that are new, and the manifest."""
    new, known = load.new_layers, load.layers - load.new_layers
    questions = of["blob_head"] * known + of["blob_head_absent"] * (new + 1)
    bytes_in = of.sized(PUSHES, load.layer_size) * new + of.sized(PUSHES, CONFIG_SIZE)
    return of["login"] + of["challenge"] + questions + bytes_in + of["manifest_put"]


def pull(of: Prices, load: Load) -> Bill:
    """One image: the manifest by its tag and by its digest, the config, and the layers that are not there yet."""
    asked = of["challenge"] + of["manifest_head_tag"] + of["manifest_get_digest"]
    layers = of.sized(GETS, load.layer_size) * load.pulled_layers
    return asked + layers + of.sized(GETS, CONFIG_SIZE)


def delete(of: Prices, load: Load) -> Bill:
    """One image, and the collection of what nothing else needs: as many layers as it brought, and its config."""
    return of["delete"] + of.collecting * (load.new_layers + 1)


def daily(of: Prices, load: Load) -> Bill:
    """A whole day, once as many images go as come."""
    one = push(of, load) + pull(of, load) * load.pulls_per_push + delete(of, load)
    return one * load.images_per_day
