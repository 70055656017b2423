"""Writes deploy/grafana/entrepot.json. `--check` only says whether the file is in step.

Panels are rows of a table here: a title, a unit and one or more expressions with their legends. What the database knows
is the same from every node, so its panels take the greatest and never the sum.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "deploy" / "grafana" / "entrepot.json"

_WIDTH, _HEIGHT = 8, 8
_SELECTED = '{instance=~"$instance"}'


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel; `queries` are pairs of an expression and its legend, `I` in them the instances that are chosen."""

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"


def _rate(metric: str, by: str = "", where: str = "") -> str:
    grouped = f" by ({by})" if by else ""
    return f'sum{grouped} (rate({metric}{{instance=~"$instance"{where}}}[$__rate_interval]))'


def _quantile(share: float, metric: str, by: str = "", where: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, {_rate(f'{metric}_bucket', labels, where)})"


def _over(dividend: str, divisor: str) -> str:
    return f"{dividend} / {divisor}"


def _mean(metric: str, by: str, where: str = "") -> str:
    return _over(_rate(f"{metric}_sum", by, where), _rate(f"{metric}_count", by, where))


def _newest(metric: str, by: str = "") -> str:
    return f"max by ({by}) ({metric}{_SELECTED})" if by else f"max({metric}{_SELECTED})"


_HITS = _rate("entrepot_cache_hits_total", "cache")
_ROOM = (f"entrepot_folder_free_bytes{_SELECTED}", f"entrepot_folder_size_bytes{_SELECTED}")
_REQUESTS = "entrepot_request_duration_seconds"
_FAILED = ', status="5xx"'
_DOORS = ', door=~"aws|oci|layers"'

ROWS: tuple[tuple[str, tuple[Panel, ...]], ...] = (
    (
        "Overview",
        (
            Panel("Requests a second", "reqps", ((_rate(f"{_REQUESTS}_count", where=_DOORS), ""),), "stat"),
            Panel(
                "Share that failed (5xx)",
                "percentunit",
                (
                    (
                        f"({_rate(f'{_REQUESTS}_count', where=_FAILED)} or vector(0)) / {_rate(f'{_REQUESTS}_count')}",
                        "",
                    ),
                ),
                "stat",
            ),
            Panel(
                "p99 of manifests", "s", ((_quantile(0.99, _REQUESTS, where=', operation=~"manifest.+"'), ""),), "stat"
            ),
            Panel(
                "Stored",
                "bytes",
                ((f"sum({_newest('entrepot_registry_stored_bytes', 'account, region')})", ""),),
                "stat",
            ),
            Panel("Workers", "none", ((f"sum(entrepot_workers{_SELECTED})", ""),), "stat"),
            Panel(
                "Release", "none", ((f"count by (version) (entrepot_build_info{_SELECTED})", "{{version}}"),), "stat"
            ),
        ),
    ),
    (
        "Requests",
        (
            Panel("By door", "reqps", ((_rate(f"{_REQUESTS}_count", "door"), "{{door}}"),)),
            Panel("By operation", "reqps", ((_rate(f"{_REQUESTS}_count", "operation", _DOORS), "{{operation}}"),)),
            Panel("By status", "reqps", ((_rate(f"{_REQUESTS}_count", "status"), "{{status}}"),)),
            Panel(
                "Errors",
                "reqps",
                ((_rate("entrepot_request_errors_total", "operation, error"), "{{operation}} {{error}}"),),
            ),
            Panel("In flight", "none", ((f"sum by (door) (entrepot_requests_in_flight{_SELECTED})", "{{door}}"),)),
            Panel(
                "Bytes",
                "Bps",
                (
                    (_rate("entrepot_received_bytes_total", "door"), "in {{door}}"),
                    (_rate("entrepot_sent_bytes_total", "door"), "out {{door}}"),
                ),
            ),
        ),
    ),
    (
        "Latency",
        (
            Panel(
                "Quantiles",
                "s",
                tuple((_quantile(share, _REQUESTS, where=_DOORS), f"p{share * 100:g}") for share in (0.5, 0.9, 0.99)),
            ),
            Panel("p99 by operation", "s", ((_quantile(0.99, _REQUESTS, "operation", _DOORS), "{{operation}}"),)),
            Panel(
                "Mean by operation",
                "s",
                (
                    (
                        _mean(_REQUESTS, "operation", _DOORS),
                        "{{operation}}",
                    ),
                ),
            ),
        ),
    ),
    (
        "Storage by registry",
        (
            Panel(
                "Stored bytes",
                "bytes",
                ((_newest("entrepot_registry_stored_bytes", "account, region"), "{{account}} {{region}}"),),
            ),
            Panel(
                "Images", "none", ((_newest("entrepot_registry_images", "account, region"), "{{account}} {{region}}"),)
            ),
            Panel(
                "Repositories",
                "none",
                ((_newest("entrepot_registry_repositories", "account, region"), "{{account}} {{region}}"),),
            ),
            Panel(
                "Layers", "none", ((_newest("entrepot_registry_blobs", "account, region"), "{{account}} {{region}}"),)
            ),
            Panel(
                "Room left",
                "bytes",
                ((f"min by (instance, folder) (entrepot_folder_free_bytes{_SELECTED})", "{{instance}} {{folder}}"),),
            ),
            Panel(
                "Share of room left",
                "percentunit",
                (
                    (
                        f"min by (instance, folder) ({_over(*_ROOM)})",
                        "{{instance}} {{folder}}",
                    ),
                ),
            ),
        ),
    ),
    (
        "Garbage collection and jobs",
        (
            Panel(
                "Queues",
                "none",
                (
                    (_newest("entrepot_gc_waiting", "queue"), "{{queue}} waiting"),
                    (_newest("entrepot_gc_due", "queue"), "{{queue}} due"),
                ),
            ),
            Panel(
                "Bytes that wait, and that were freed",
                "bytes",
                (
                    (_newest("entrepot_gc_waiting_bytes"), "waiting"),
                    (_newest("entrepot_gc_freed_bytes_total"), "freed in all"),
                ),
            ),
            Panel(
                "Let go, deleted, failed",
                "none",
                (
                    (_newest("entrepot_gc_layers_total"), "layers let go"),
                    (_newest("entrepot_gc_objects_total"), "objects deleted"),
                    (_newest("entrepot_gc_failed_deletions"), "deletions that failed"),
                ),
            ),
            Panel(
                "Time since a duty was done, in its intervals",
                "none",
                (
                    (
                        _over(
                            f"(time() - {_newest('entrepot_duty_last_success_timestamp_seconds', 'duty')})",
                            _newest("entrepot_duty_interval_seconds", "duty"),
                        ),
                        "{{duty}}",
                    ),
                ),
            ),
            Panel(
                "Rounds of duties",
                "none",
                (
                    (
                        f"sum by (duty, outcome) (increase(entrepot_duty_duration_seconds_count{_SELECTED}[1h]))",
                        "{{duty}} {{outcome}}",
                    ),
                    (f"sum by (duty) (increase(entrepot_duty_failures_total{_SELECTED}[1h]))", "{{duty}} failures"),
                ),
            ),
            Panel(
                "Mean time of a round",
                "s",
                (
                    (
                        _mean("entrepot_duty_duration_seconds", "duty"),
                        "{{duty}}",
                    ),
                ),
            ),
        ),
    ),
    (
        "Database",
        (
            Panel("Transactions", "ops", ((_rate("entrepot_db_call_duration_seconds_count", "mode"), "{{mode}}"),)),
            Panel(
                "p99 of a transaction",
                "s",
                ((_quantile(0.99, "entrepot_db_call_duration_seconds", "mode"), "{{mode}}"),),
            ),
            Panel(
                "p99 of the wait for a connection",
                "s",
                ((_quantile(0.99, "entrepot_db_wait_seconds", "mode"), "{{mode}}"),),
            ),
            Panel(
                "Failures and repeats",
                "ops",
                (
                    (_rate("entrepot_db_failures_total", "mode, reason"), "{{mode}} {{reason}}"),
                    (_rate("entrepot_db_repeats_total", "mode"), "{{mode}} repeated"),
                ),
            ),
            Panel(
                "Share of answers from memory",
                "percentunit",
                (
                    (
                        _over(_HITS, f"({_HITS} + {_rate('entrepot_cache_misses_total', 'cache')})"),
                        "{{cache}}",
                    ),
                ),
            ),
            Panel(
                "Age of what was counted",
                "s",
                ((f"time() - {_newest('entrepot_counted_timestamp_seconds', 'figures')}", "{{figures}}"),),
            ),
        ),
    ),
    (
        "Store",
        (
            Panel(
                "Calls",
                "ops",
                ((_rate("entrepot_store_call_duration_seconds_count", "store, operation"), "{{store}} {{operation}}"),),
            ),
            Panel(
                "p99 of a call",
                "s",
                (
                    (
                        _quantile(0.99, "entrepot_store_call_duration_seconds", "store, operation"),
                        "{{store}} {{operation}}",
                    ),
                ),
            ),
            Panel(
                "Bytes", "Bps", ((_rate("entrepot_store_bytes_total", "store, direction"), "{{store}} {{direction}}"),)
            ),
            Panel(
                "Failures",
                "ops",
                (
                    (
                        _rate("entrepot_store_failures_total", "store, operation, reason"),
                        "{{store}} {{operation}} {{reason}}",
                    ),
                ),
            ),
        ),
    ),
    (
        "Keys and denials",
        (
            Panel(
                "Calls of key providers",
                "ops",
                (
                    (
                        _rate("entrepot_key_call_duration_seconds_count", "provider, operation"),
                        "{{provider}} {{operation}}",
                    ),
                ),
            ),
            Panel(
                "p99 of such a call",
                "s",
                ((_quantile(0.99, "entrepot_key_call_duration_seconds", "provider"), "{{provider}}"),),
            ),
            Panel(
                "Keys that cannot be used",
                "ops",
                (
                    (_rate("entrepot_key_refusals_total", "door, reason"), "{{door}} {{reason}}"),
                    (_rate("entrepot_key_failures_total", "provider, operation, reason"), "{{provider}} {{reason}}"),
                ),
            ),
            Panel(
                "Authentication failures",
                "reqps",
                ((_rate("entrepot_authentication_failures_total", "door, reason"), "{{door}} {{reason}}"),),
            ),
            Panel("Denials", "reqps", ((_rate("entrepot_denials_total", "door, reason"), "{{door}} {{reason}}"),)),
            Panel(
                "Over a limit",
                "reqps",
                ((_rate("entrepot_limit_refusals_total", "door, limit"), "{{door}} {{limit}}"),),
            ),
        ),
    ),
    (
        "Processes",
        (
            Panel("CPU", "none", ((_rate("process_cpu_seconds_total", "instance"), "{{instance}}"),)),
            Panel(
                "Memory",
                "bytes",
                (
                    (f"sum by (instance) (process_resident_memory_bytes{_SELECTED})", "{{instance}}"),
                    (f"sum by (instance) (process_virtual_memory_bytes{_SELECTED})", "{{instance}} addressed"),
                ),
            ),
            Panel(
                "Open files",
                "none",
                (
                    (f"sum by (instance) (process_open_fds{_SELECTED})", "{{instance}}"),
                    (f"max by (instance) (process_max_fds{_SELECTED})", "{{instance}} at most, each process"),
                ),
            ),
            Panel(
                "Uptime",
                "s",
                ((f"time() - min by (instance) (process_start_time_seconds{_SELECTED})", "{{instance}}"),),
            ),
            Panel("Spans of traces", "ops", ((_rate("entrepot_trace_spans_total", "outcome"), "{{outcome}}"),)),
        ),
    ),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS:
        panels.append(_row(len(panels) + 1, title, y))
        y += 1
        for number, panel in enumerate(row):
            x = number % 3 * _WIDTH
            panels.append(_panel(len(panels) + 1, panel, x, y + number // 3 * _HEIGHT))
        y += (len(row) + 2) // 3 * _HEIGHT
    return {
        "title": "Entrepot",
        "uid": "entrepot",
        "tags": ["entrepot"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _variables()},
        "panels": panels,
    }


def _variables() -> list[dict[str, Any]]:
    source = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    instance = {
        "name": "instance",
        "label": "Node",
        "type": "query",
        "datasource": _source(),
        "query": {"query": "label_values(entrepot_workers, instance)", "refId": "instances"},
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
    }
    return [source, instance]


def _source() -> dict[str, str]:
    return {"type": "prometheus", "uid": "${datasource}"}


def _row(number: int, title: str, y: int) -> dict[str, Any]:
    at = {"h": 1, "w": 24, "x": 0, "y": y}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": at, "panels": []}


def _panel(number: int, panel: Panel, x: int, y: int) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend, "datasource": _source()}
        for index, (expression, legend) in enumerate(panel.queries)
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": _source(),
        "gridPos": {"h": _HEIGHT, "w": _WIDTH, "x": x, "y": y},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def text() -> str:
    """The file's content."""
    return json.dumps(dashboard(), indent=2) + "\n"


def main() -> int:
    """Writes or checks; returns the exit code."""
    if "--check" in sys.argv[1:]:
        in_step = FILE.exists() and FILE.read_text(encoding="utf-8") == text()
        print(f"{FILE.name} is {'in step' if in_step else 'out of step: run `make docs`'}")
        return 0 if in_step else 1
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
