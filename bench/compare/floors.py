"""What Entrepot has to reach against distribution, and against the machine it runs on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from bench.compare.samples import MB, Comparison, middle, ratio

PEER = "distribution"
SUBJECTS = ("entrepot-sqlite-1", "entrepot-sqlite-2", "entrepot-postgres-s3")

Find = Callable[[Comparison, str], float | None]


@dataclass(frozen=True, slots=True)
class Floor:
    """A demand: `find` is the figure of one contestant, which must be `at_least` that, or at most where it is false.

    `only` names the one contestant that it is asked of, where it is not asked of each.
    """

    title: str
    limit: float
    unit: str
    find: Find
    at_least: bool = True
    only: str = ""

    @property
    def demand(self) -> str:
        """The limit in words."""
        return f"{'at least' if self.at_least else 'at most'} {self.limit:g}{self.unit}"

    def met(self, value: float) -> bool:
        """Whether a figure is enough, or little enough."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a floor found of one contestant."""

    floor: Floor
    subject: str
    value: float

    @property
    def met(self) -> bool:
        """Whether it is enough."""
        return self.floor.met(self.value)


def verdicts(comparison: Comparison) -> list[Verdict]:
    """Of all floors that the run has figures for."""
    found = list[Verdict]()
    for floor in FLOORS:
        for subject in (floor.only,) if floor.only else SUBJECTS:
            value = floor.find(comparison, subject)
            if value is not None:
                found.append(Verdict(floor, subject, value))
    return found


def warnings(comparison: Comparison) -> list[str]:
    """A sentence for each floor that is not reached."""
    return [
        f"{each.floor.title}: {each.subject} has {each.value:.3g}{each.floor.unit}, {each.floor.demand} is asked for"
        for each in verdicts(comparison)
        if not each.met
    ]


def _times(line: str, what: str = "value") -> Find:
    """How many times better than the peer, in rounds of this run."""

    def find(run: Comparison, subject: str) -> float | None:
        return ratio(run.lines[line], subject, PEER, what) if line in run.lines else None

    return find


def _share(line: str, limit: str) -> Find:
    """Bytes a second as a percentage of one of the machine's limits."""

    def find(run: Comparison, subject: str) -> float | None:
        value = middle(run.lines[line], subject) if line in run.lines else None
        return 100 * value * MB / median(run.limits[limit]) if value and run.limits.get(limit) else None

    return find


def _figure(line: str) -> Find:
    """The line's own figure."""

    def find(run: Comparison, subject: str) -> float | None:
        return middle(run.lines[line], subject) if line in run.lines else None

    return find


def _between(line: str, other: str, what: str = "value", per: float = 0.0) -> Find:
    """A figure of a line over that of another; with `per` the difference, divided by it."""

    def find(run: Comparison, subject: str) -> float | None:
        if line not in run.lines or other not in run.lines:
            return None
        one, base = middle(run.lines[line], subject, what), middle(run.lines[other], subject, what)
        if one is None or not base:
            return None
        return (one - base) / per if per else one / base

    return find


def _workers(line: str) -> Find:
    """Two workers against one."""

    def find(run: Comparison, subject: str) -> float | None:
        return ratio(run.lines[line], subject, SUBJECTS[0]) if line in run.lines else None

    return find


def _against_peer() -> Iterator[Floor]:
    for name in ("get_tag", "get_digest", "head_tag", "head_digest"):
        title = f"manifest `{name.split('_')[0].upper()}` by {name.split('_')[1]}"
        yield Floor(f"{title}, requests/s", 8, "x", _times(f"manifest_{name}"))
        yield Floor(f"{title}, p99 no higher", 1, "x", _times(f"manifest_{name}", "p99"))
    yield Floor("layer `HEAD`, requests/s", 10, "x", _times("blob_head"))
    yield Floor("push of 1 GiB", 2.5, "x", _times("blob_push_1GiB_1_three"))
    yield Floor("push of 1 GiB, of one core's SHA-256", 45, " %", _share("blob_push_1GiB_1_three", "sha256"))
    yield Floor("32 pushes of 10 MiB at once", 2, "x", _times("blob_push_10MiB_32_three"))
    yield Floor("pull of 1 GiB", 1, "x", _times("blob_get_1GiB_1"))
    yield Floor("64 pulls of 10 MiB at once", 1, "x", _times("blob_get_10MiB_64"))
    yield Floor("`docker push` of 1 GB", 1, "x", _times("docker_push"))
    yield Floor("`docker pull` of 1 GB", 1, "x", _times("docker_pull"))


def _alone() -> Iterator[Floor]:
    for name, title in (("tags", "tags/list"), ("describe", "DescribeImages"), ("tag_get", "manifest `GET` by tag")):
        slower = _between(f"{name}_100000", f"{name}_1000", "p99")
        yield Floor(f"{title} at 100,000 images against 1,000, p99", 1.5, "x", slower, at_least=False)
    yield Floor("memory of a worker, idle", 150, " MiB", _figure("memory_idle"), at_least=False)
    for name, title, count in (("pulls", "64 pulls at once", 64), ("slow", "64 slow readers", 64)):
        more = _between(f"memory_{name}", "memory_all_idle", per=count)
        yield Floor(f"memory of all workers, more for each of {title}", 1, " MiB", more, at_least=False)
    flat = _between("memory_large_upload", "memory_upload")
    yield Floor("memory of a worker, upload of 5 GiB against 64 MiB", 1.1, "x", flat, at_least=False)
    yield Floor("start to first answer", 1.5, " s", _figure("start"), at_least=False)
    for name, title in (("manifest_get_tag", "manifest `GET` by tag"), ("manifest_head_tag", "manifest `HEAD` by tag")):
        yield Floor(f"2 workers against 1, {title}", 1.6, "x", _workers(name), only=SUBJECTS[1])


FLOORS = (*_against_peer(), *_alone())
