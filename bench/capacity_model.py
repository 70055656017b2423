"""What a load needs of machines, and which of them is full first. Pure; every figure comes from measured costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bench.bills import CONFIG_SIZE, PUSHES, Bill, Load, Prices, daily, prices
from bench.results import Measured, Results
from entrepot.blobs.frames import Layout

DAY = 86_400
MANIFEST_BASE, MANIFEST_LAYER = 290, 165
"""Bytes of a manifest without layers, and of each layer in it."""


@dataclass(frozen=True, slots=True)
class Site:
    """The machines. `topology` names what was measured; lines are bytes a second, in each direction.

    `headroom` is the part of anything that is to be in use at the peak. `client_line` is how fast one client takes
    bytes. `log_line` is how fast a database writes its WAL, `disk` what a single machine has room for (0: no matter).
    """

    title: str
    topology: str
    nodes: int = 1
    cores: int = 4
    database_cores: int = 0
    line: float = 1.25e9
    store_line: float = 1.25e9
    log_line: float = 100e6
    disk: float = 0.0
    client_line: float = 50e6
    database_connections: int = 10
    headroom: float = 0.6

    @property
    def redirects(self) -> bool:
        """Whether clients get layers from the store itself."""
        return "redirect" in self.topology


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept. `rows` are those of layers in images, the most numerous; sizes are bytes."""

    images: float
    blobs: float
    rows: float
    database: float
    store: float


@dataclass(frozen=True, slots=True)
class Need:
    """Of one resource: what the peak asks for and what there is, in `unit`."""

    name: str
    asked: float
    there: float
    unit: str

    @property
    def share(self) -> float:
        """How full it is at the peak; 1 is all of it."""
        return self.asked / self.there


@dataclass(frozen=True, slots=True)
class Plan:
    """A load on a site. `mean` and `peak` are a second's; `needs` are of the peak, the fullest first."""

    load: Load
    site: Site
    mean: Bill
    peak: Bill
    held: Held
    needs: tuple[Need, ...]
    nodes: int
    workers: int
    connections: int
    transfers: float
    memory: float

    @property
    def first(self) -> Need:
        """What is full first."""
        return self.needs[0]

    @property
    def most_images(self) -> float:
        """Images a day at which that has no headroom any more."""
        return self.load.images_per_day * self.site.headroom / self.first.share

    @property
    def fits(self) -> bool:
        """Whether everything has its headroom at the peak."""
        return self.first.share <= self.site.headroom


def held(load: Load, rows: Mapping[str, float], *, sealed: bool) -> Held:
    """What is kept when as many images go as come. What is deleted lies for another day before it is collected."""
    images = load.images_per_day * (load.kept_days + 1)
    layers, configs = images * load.new_layers, images
    blobs, used = layers + configs, images * (load.layers + 1)
    manifest = rows["manifests"] + MANIFEST_BASE + MANIFEST_LAYER * load.layers
    database = images * (rows["images"] + manifest + rows["image_tags"]) + used * rows["image_blobs"]
    database += blobs * (rows["blobs"] + rows["repository_blobs"])
    database += images / load.images_per_repository * rows["repositories"]
    size = Layout().stored_size if sealed else int
    return Held(images, blobs, used, database, layers * size(load.layer_size) + configs * size(CONFIG_SIZE))


def plan(results: Results, load: Load, site: Site) -> Plan:
    """What the load asks of the site."""
    of, measured = prices(results, site.topology), results.topologies[site.topology]
    mean = daily(of, load) * (1 / DAY)
    peak = mean * load.peak_factor
    kept = held(load, results.rows["postgres" if site.database_cores else "sqlite"], sealed=not site.redirects)
    needs = sorted(_needs(results, of, peak, kept, load, site), key=lambda need: need.share, reverse=True)
    transfers = (peak.sent + peak.received) / site.client_line
    workers = site.nodes * site.cores
    return Plan(
        load=load,
        site=site,
        mean=mean,
        peak=peak,
        held=kept,
        needs=tuple(needs),
        nodes=_nodes(peak, site),
        workers=workers,
        connections=workers * site.database_connections if site.database_cores else 0,
        transfers=transfers,
        memory=_memory(measured, site, transfers / site.nodes),
    )


def _needs(results: Results, of: Prices, peak: Bill, kept: Held, load: Load, site: Site) -> list[Need]:
    # The mean of a day: what is deleted in the busiest hour need not be collected in it.
    garbage = load.images_per_day * (load.new_layers + 1) / DAY
    needs = [
        Need("processors of Entrepot", peak.ours, site.nodes * site.cores, "cores"),
        Need("network of a node", _through(peak, site) / site.nodes, site.line, "bytes/s"),
        Need("garbage collection", garbage, results.topologies[site.topology].collecting["rate"], "layers/s"),
    ]
    if site.database_cores:
        needs.append(Need("processors of PostgreSQL", peak.database, site.database_cores, "cores"))
        needs.append(Need("WAL of PostgreSQL", peak.wal, site.log_line, "bytes/s"))
        needs.append(Need("network of the store", max(peak.store_taken, peak.store_given), site.store_line, "bytes/s"))
    else:
        needs.append(Need("the writer of SQLite", peak.writes, writer(results, of, site.topology), "transactions/s"))
    if site.disk:
        needs.append(Need("disk", kept.store + kept.database, site.disk, "bytes"))
    return needs


def writer(results: Results, of: Prices, topology: str) -> float:
    """Writing transactions a second that SQLite was seen to commit, whatever else the machine did for them."""
    costs = results.topologies[topology].costs
    return max(cost.rate * of[name].writes for name, cost in costs.items() if of[name].writes)


def _through(peak: Bill, site: Site) -> float:
    """Bytes a second that nodes take in or give out, whichever is more; a store behind them is one more line to fill.

    What clients get from the store itself passes no node, and is not in `received`.
    """
    relayed = 0.0 if site.redirects else peak.store_given
    return max(peak.sent + relayed, peak.received + peak.store_taken)


def _nodes(peak: Bill, site: Site) -> int:
    """How many nodes of this kind have headroom at the peak."""
    by_cores = peak.ours / (site.cores * site.headroom)
    by_line = _through(peak, site) / (site.line * site.headroom)
    return max(1, math.ceil(max(by_cores, by_line)))


def _memory(measured: Measured, site: Site, transfers: float) -> float:
    """Bytes of one node: its workers as they start, and what each transfer under way takes."""
    return measured.memory + (site.cores - measured.workers) * measured.worker + transfers * transfer_memory(measured)


def transfer_memory(measured: Measured) -> float:
    """Bytes that a push of a layer takes while it lasts, of the largest layers that came in many at once."""
    pushes = [
        (cost.at_once, int(name.removeprefix(PUSHES)), cost)
        for name, cost in measured.costs.items()
        if name.startswith(PUSHES)
    ]
    *_, push = max(pushes, key=lambda each: each[:2])
    idle = measured.costs["ping"]
    return max(0.0, push.peak - idle.peak) / push.at_once
