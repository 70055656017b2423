"""/metrics: the sums of what `entrepot gc status` says, by nobody's name."""

from __future__ import annotations

import asyncio
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from entrepot.observing.counted import Count, Counted
from entrepot.observing.exchange import Exchange
from entrepot.observing.families import Family
from tests.conftest import StartServer
from tests.gc.test_commands import LOST, entrepot
from tests.support.oci import Oci
from tests.support.server import Server

SIZE = sum(len(data) for data in LOST.blobs)


def scraped(server: Server) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        text = answer.read().decode()
    assert '"app"' not in text, "a repository's name"
    return {
        each.name + "".join(f" {value}" for value in each.labels.values()): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_what_waits_and_what_was_freed(start: StartServer, tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = start(data, args=["--gc-delay", "0s", "--work", "false"])
    first.create_repository("app")
    oci = Oci(first.url, first.password())
    oci.push_image("app", LOST)
    oci.delete_manifest("app", LOST.digest).expect(202)
    before = scraped(first)
    assert before["entrepot_gc_waiting layer_reviews"] == before["entrepot_gc_due layer_reviews"] == len(LOST.blobs)
    assert before["entrepot_gc_freed_bytes_total"] == 0
    entrepot(data, "gc", "run")
    after = scraped(start(data, args=["--gc-delay", "0s", "--work", "false"]))
    assert after["entrepot_gc_waiting layer_reviews"] == after["entrepot_gc_waiting_bytes"] == 0
    assert after["entrepot_gc_objects_total"] == after["entrepot_gc_layers_total"] == len(LOST.blobs)
    assert after["entrepot_gc_freed_bytes_total"] == SIZE
    assert after["entrepot_gc_failed_deletions"] == 0


def test_a_crowd_costs_one_count() -> None:
    made: list[int] = []
    now = [0.0]

    async def make() -> list[Family]:
        made.append(len(made))
        await asyncio.sleep(0)
        return [Family("made", [("made", {}, made[-1])])]

    def value(count: Count) -> float:
        return count.families[0].samples[0][2]

    async def come() -> None:
        counts = Counted(Exchange(None), "state", 10.0, lambda: now[0])
        crowd = await asyncio.gather(*(counts.get(make) for _ in range(20)))
        assert {value(each) for each in crowd} == {0}
        now[0] = 9.9
        assert value(await counts.get(make)) == 0
        now[0] = 10.0
        assert value(await counts.get(make)) == 1

    asyncio.run(come())
    assert made == [0, 1]
