"""The comparison as Markdown: floors, lines, limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

from bench.compare import limits
from bench.compare.floors import PEER, SUBJECTS, verdicts
from bench.compare.samples import GB, Comparison, Line, middle, ratio, spread
from bench.figures import number, table


def sections(run: Comparison) -> Mapping[str, str]:
    """All tables, by the name of their place in the page."""
    made = {
        "machine": _machine(run),
        "limits": limits_table(run),
        "floors": floors_table(run),
        "lines": lines_table(run),
        "processors": processors_table(run),
        "times": times_table(run),
        "missing": _missing(run),
        "instructions": _instructions(run),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()}


def told(run: Comparison) -> dict[str, object]:
    """Ratios and floors, for whoever reads the file of a run and not the page."""
    ratios = {
        line.name: {name: times for name in run.contestants if name != PEER and (times := ratio(line, name, PEER))}
        for line in run.lines.values()
    }
    found = [
        {
            "floor": each.floor.title,
            "of": each.subject,
            "asked": each.floor.demand,
            "found": each.value,
            "met": each.met,
        }
        for each in verdicts(run)
    ]
    return {"ratios": {name: each for name, each in ratios.items() if each}, "floors": found}


def limits_table(run: Comparison) -> list[str]:
    """What the machine can do."""
    rows = [
        [title, _figure(median(run.limits[name]) / GB), _range([each / GB for each in run.limits[name]])]
        for name, title in limits.TITLES.items()
        if name in run.limits
    ]
    return table(["of the machine", "GB/s", "from - to"], rows)


def floors_table(run: Comparison) -> list[str]:
    """What is asked for and what was found; a figure that is not enough is bold."""
    found = verdicts(run)
    subjects = [each for each in SUBJECTS if any(verdict.subject == each for verdict in found)]
    rows = list[list[str]]()
    for floor in dict.fromkeys(each.floor for each in found):
        cells = {
            each.subject: f"{_figure(each.value)}{floor.unit}" if each.met else f"**{_figure(each.value)}{floor.unit}**"
            for each in found
            if each.floor is floor
        }
        rows.append([floor.title, floor.demand, *(cells.get(subject, "") for subject in subjects)])
    return table(["", "asked for", *(run.contestants[each] for each in subjects)], rows)


def lines_table(run: Comparison) -> list[str]:
    """Medians, from the smallest to the largest, and how many times better than distribution it is."""
    rows = list[list[str]]()
    for line in run.lines.values():
        cells = [_cell(line, name) for name in run.contestants]
        rows.append([line.title, line.unit.name, *cells])
    return table(["", "", *run.contestants.values()], rows)


def times_table(run: Comparison) -> list[str]:
    """How long one act took: median and 99th centile."""
    rows = list[list[str]]()
    for line in run.lines.values():
        cells = [_pair(middle(line, name, "p50"), middle(line, name, "p99")) for name in run.contestants]
        if any(cells):
            rows.append([line.title, *cells])
    return table(["ms: median, p99", *run.contestants.values()], rows)


def processors_table(run: Comparison) -> list[str]:
    """Processor time of the servers, and what part of a core the clients took meanwhile."""
    rows = list[list[str]]()
    for line in run.lines.values():
        cells = list[str]()
        for name in run.contestants:
            server, client = middle(line, name, "server"), middle(line, name, "client")
            share = "" if client is None else f", {round(100 * client)} %"
            cells.append("" if server is None else f"{_figure(server)} s{share}")
        if any(cells):
            rows.append([line.title, line.unit.per, *cells])
    return table(["", "processor seconds for each", *run.contestants.values()], rows)


def _machine(run: Comparison) -> list[str]:
    return [f"- {name}: {text}" for name, text in run.machine.items()]


def _instructions(run: Comparison) -> list[str]:
    rows = [[title, f"{count:,.0f}"] for title, count in run.instructions.items()]
    return table(["", "instructions"], rows) if rows else ["Not counted in this run."]


def _missing(run: Comparison) -> list[str]:
    found = [
        f"- {line.title}, {run.contestants[name]}: {reason}"
        for line in run.lines.values()
        for name, reason in line.missing.items()
    ]
    return found or ["- nothing"]


def _cell(line: Line, name: str) -> str:
    value, between = middle(line, name), spread(line, name)
    if value is None or between is None:
        return ""
    times = ratio(line, name, PEER) if name != PEER else None
    told = f", **{_figure(times)}x**" if times else ""
    return f"{_figure(value)} ({_range(between)}){told}"


def _pair(one: float | None, other: float | None) -> str:
    return "" if one is None or other is None else f"{_figure(1000 * one)}, {_figure(1000 * other)}"


def _range(values: Iterable[float]) -> str:
    values = list(values)
    return f"{_figure(min(values))} - {_figure(max(values))}"


def _figure(value: float) -> str:
    return number(value) if value else "0"
